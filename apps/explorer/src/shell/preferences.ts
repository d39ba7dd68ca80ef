/** The reader's theme and wish for less motion: the system's, unless chosen here. */
import { Value } from "./store.ts";

export type ThemeChoice = "auto" | "light" | "dark";

const KEY = "cotangent-explorer-theme";

const dark = matchMedia("(prefers-color-scheme: dark)");
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** A private window may forbid storage: then the choice lasts as long as the page. */
function stored(): ThemeChoice {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === "light" || choice === "dark" ? choice : "auto";
  } catch {
    return "auto";
  }
}

export const themeChoice: Value<ThemeChoice> = new Value(stored());
export const still: Value<boolean> = new Value(reduced.matches);
export const theme: Value<"light" | "dark"> = new Value(effective());

function effective(): "light" | "dark" {
  const choice = themeChoice.value;
  return choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
}

function apply(): void {
  document.documentElement.dataset["theme"] = effective();
  theme.replace(effective());
}

themeChoice.subscribe((choice) => {
  try {
    if (choice === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // see above
  }
  apply();
});
dark.addEventListener("change", apply);
reduced.addEventListener("change", () => still.replace(reduced.matches));
apply();
