/** An editor as a component: a plain text field until somebody comes near it, then CodeMirror. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Failure } from "../worker/protocol.ts";
import type { Editor } from "./editor.ts";

export interface CodeEditorProps {
  readonly label: string;
  readonly text: string;
  readonly failure: Failure | undefined;
  /** Lines to be marked, counted from 1. */
  readonly linked?: readonly number[];
  readonly onChange: (text: string) => void;
  /** The lines of the selection. */
  readonly onSelect?: (from: number, to: number) => void;
}

const NONE: readonly number[] = [];

export function CodeEditor(props: CodeEditorProps): JSX.Element {
  const { label, text, failure, linked = NONE, onChange } = props;
  const element = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [needed, setNeeded] = useState(false);
  const [editor, setEditor] = useState<Editor | undefined>(undefined);
  // The editor outlives many renderings: it calls the functions of the latest.
  const latest = useRef(props);
  latest.current = props;
  const wanted = needed || failure?.span !== undefined;
  useEffect(() => {
    if (!wanted) return undefined;
    let made: Editor | undefined;
    let gone = false;
    void import("./editor.ts").then(({ createEditor }) => {
      if (gone) return;
      made = createEditor(element.current!, latest.current.text, {
        label,
        onChange: (now) => latest.current.onChange(now),
        onSelect: (from, to) => latest.current.onSelect?.(from, to),
      });
      // Whoever was writing goes on where they were.
      const plain = field.current;
      if (plain !== null && plain === document.activeElement) made.focus(plain.selectionStart);
      setEditor(made);
    });
    return () => {
      gone = true;
      made?.destroy();
    };
  }, [wanted]);
  useEffect(() => editor?.show(text), [editor, text]);
  useEffect(() => editor?.mark(failure), [editor, failure]);
  useEffect(() => editor?.highlight(linked), [editor, linked]);
  const need = (): void => setNeeded(true);
  return (
    <div class="code-editor" ref={element} onPointerEnter={need}>
      {editor === undefined ? (
        <textarea
          ref={field}
          aria-label={label}
          value={text}
          rows={Math.max(8, text.split("\n").length + 1)}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          onFocus={need}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      ) : null}
    </div>
  );
}
