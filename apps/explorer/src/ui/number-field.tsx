import type { JSX } from "preact";
import { useState } from "preact/hooks";

/** A number that takes effect as soon as what is typed is one. */
export function NumberField({
  label,
  value,
  whole,
  quiet = false,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly whole: boolean;
  readonly quiet?: boolean;
  readonly onChange: (x: number) => void;
}): JSX.Element {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const read = (text: string): number | undefined => {
    const x = Number(text.replace("−", "-").replace(",", "."));
    return text.trim() === "" || !Number.isFinite(x) || (whole && !Number.isInteger(x)) ? undefined : x;
  };
  return (
    <input
      class={quiet ? "field number quiet" : "field number"}
      inputMode={whole ? "numeric" : "decimal"}
      aria-label={label}
      aria-invalid={draft !== undefined && read(draft) === undefined}
      value={draft ?? String(value)}
      onInput={({ currentTarget }) => {
        setDraft(currentTarget.value);
        const x = read(currentTarget.value);
        // The end of a range follows when it is finished: "1" on the way to "10" is not meant.
        if (x !== undefined && !quiet) onChange(x);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
      onBlur={() => {
        const x = draft === undefined ? undefined : read(draft);
        if (x !== undefined && quiet) onChange(x);
        setDraft(undefined);
      }}
    />
  );
}
