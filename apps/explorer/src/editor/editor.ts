/** The editor: CodeMirror, loaded when a tab that has one is opened. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import type { Diagnostic } from "@codemirror/lint";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Failure } from "../worker/protocol.ts";
import styles from "./editor.css?inline";
import { summaryOf } from "./summary.ts";

export interface EditorOptions {
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** The lines of the selection, counted from 1. */
  readonly onSelect?: (from: number, to: number) => void;
}

/** What the page does with an editor. */
export interface Editor {
  /** Replaces the text, unless it is this one already. */
  show(text: string): void;
  /** Underlines the place of an error; nothing removes the mark. */
  mark(failure: Failure | undefined): void;
  /** Marks lines that belong to what is pointed at elsewhere. */
  highlight(lines: readonly number[]): void;
  /** Puts the cursor there. */
  focus(at: number): void;
  destroy(): void;
}

const setLines = StateEffect.define<readonly number[]>();

const highlightedLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    let now = decorations.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLines)) continue;
      const { doc } = transaction.state;
      const lines = effect.value.filter((n) => n >= 1 && n <= doc.lines).sort((a, b) => a - b);
      now = Decoration.set(
        lines.map((n) => Decoration.line({ class: "linked-line" }).range(doc.line(n).from)),
      );
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], class: "tok-keyword" },
  { tag: [tags.number, tags.bool, tags.null], class: "tok-number" },
  { tag: tags.string, class: "tok-string" },
  { tag: [tags.comment], class: "tok-comment" },
  { tag: [tags.typeName, tags.className], class: "tok-type" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: "tok-function" },
]);

export function createEditor(parent: HTMLElement, text: string, options: EditorOptions): Editor {
  let quiet = false;
  // In a shadow root CodeMirror styles itself without <style> elements, which the page's policy forbids.
  const host = parent.appendChild(document.createElement("div"));
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightSpecialChars(),
        highlightActiveLine(),
        drawSelection(),
        history(),
        indentOnInput(),
        indentUnit.of("  "),
        bracketMatching(),
        typescriptLanguage,
        syntaxHighlighting(highlighting),
        lintGutter(),
        highlightedLines,
        // Tab is left to those who move through the page by it.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) options.onChange(update.state.doc.toString());
          if (update.selectionSet || update.docChanged) {
            const { from, to } = update.state.selection.main;
            const { doc } = update.state;
            options.onSelect?.(doc.lineAt(from).number, doc.lineAt(to).number);
          }
        }),
      ],
    }),
  });
  return {
    show(next) {
      if (next === view.state.doc.toString()) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      quiet = false;
    },
    mark(next) {
      view.dispatch(setDiagnostics(view.state, diagnostics(view, next)));
    },
    highlight(lines) {
      view.dispatch({ effects: setLines.of(lines) });
    },
    focus(at) {
      view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) } });
      view.focus();
    },
    destroy() {
      view.destroy();
      host.remove();
    },
  };
}

function diagnostics(view: EditorView, failure: Failure | undefined): Diagnostic[] {
  if (failure?.span === undefined) return [];
  const { length } = view.state.doc;
  const from = Math.min(failure.span.start, Math.max(0, length - 1));
  const to = Math.min(Math.max(failure.span.end, from + 1), length);
  return [{ from, to, severity: "error", message: summaryOf(failure) }];
}
