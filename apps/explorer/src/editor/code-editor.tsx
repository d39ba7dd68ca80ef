/** An editor as a component; until CodeMirror is there, the text stands by itself. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Failure } from "../worker/protocol.ts";
import type { Editor } from "./editor.ts";

export interface CodeEditorProps {
  readonly label: string;
  readonly text: string;
  readonly failure: Failure | undefined;
  readonly linked?: readonly number[];
  readonly onChange: (text: string) => void;
  readonly onSelect?: (from: number, to: number) => void;
}

export function CodeEditor(props: CodeEditorProps): JSX.Element {
  const { text, failure, linked } = props;
  const element = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor | undefined>(undefined);
  // The editor outlives many renderings: it calls the functions of the latest.
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    let made: Editor | undefined;
    let gone = false;
    void import("./editor.ts").then(({ createEditor }) => {
      if (gone) return;
      const { label, text } = latest.current;
      made = createEditor(element.current!, text, {
        label,
        onChange: (now) => latest.current.onChange(now),
        onSelect: (from, to) => latest.current.onSelect?.(from, to),
      });
      setEditor(made);
    });
    return () => {
      gone = true;
      made?.destroy();
    };
  }, []);
  useEffect(() => editor?.show(text), [editor, text]);
  useEffect(() => editor?.mark(failure), [editor, failure]);
  useEffect(() => editor?.highlight(linked ?? []), [editor, linked]);
  return (
    <div class="code-editor" ref={element}>
      {editor === undefined ? <pre class="waiting">{text}</pre> : null}
    </div>
  );
}
