/** The frame around the tabs. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { TabEntry } from "../tab.ts";
import { useWatched } from "../ui/use.ts";
import { themeChoice } from "./preferences.ts";
import type { ThemeChoice } from "./preferences.ts";
import type { Session } from "./session.ts";

export function Shell({ session }: { readonly session: Session }): JSX.Element {
  const current = useWatched(session.tab);
  const announcement = useWatched(session.announcement);
  const entry = session.tabs.find(({ id }) => id === current)!;
  useEffect(() => {
    document.title = `${entry.title} · Cotangent explorer`;
  }, [entry]);
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <header class="top">
        <span class="brand">
          <img src="./icon.svg" alt="" width="22" height="22" />
          <span class="brand-name">Cotangent</span>
        </span>
        <nav aria-label="Tabs">
          <TabList session={session} current={current} />
        </nav>
        <div class="top-tools">
          <Share session={session} />
          <ThemePicker />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <h1 class="hidden">{entry.title}</h1>
        <TabPanel key={entry.id} entry={entry} session={session} />
      </main>
      <div class="hidden" role="status" aria-live="polite">
        {announcement}
      </div>
    </>
  );
}

/** The fragment belongs to the state: the focus moves without it. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}

function TabList({ session, current }: { readonly session: Session; readonly current: string }): JSX.Element {
  return (
    <ul class="tabs">
      {session.tabs.map(({ id, title, about }) => (
        <li key={id}>
          <button
            type="button"
            title={about}
            aria-current={id === current ? "page" : undefined}
            onClick={() => session.open(id)}
          >
            {title}
          </button>
        </li>
      ))}
    </ul>
  );
}

function TabPanel({ entry, session }: { readonly entry: TabEntry; readonly session: Session }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState<string | undefined>(undefined);
  useEffect(() => {
    let unmount: (() => void) | undefined;
    let gone = false;
    entry.load().then(
      (module) => {
        if (!gone) unmount = module.mount(element.current!, session.context);
      },
      (error: unknown) => setFailed(String(error)),
    );
    return () => {
      gone = true;
      unmount?.();
    };
  }, [entry, session]);
  return (
    <>
      {failed === undefined ? null : (
        <p class="notice" role="alert">
          This tab could not be loaded: {failed}
        </p>
      )}
      <div class="tab-panel" ref={element} />
    </>
  );
}

function Share({ session }: { readonly session: Session }): JSX.Element {
  const [word, setWord] = useState("Share");
  const share = async (): Promise<void> => {
    const link = await session.link();
    try {
      await navigator.clipboard.writeText(link);
      setWord("Link copied");
      session.context.announce("The link to what you see was copied.");
    } catch {
      // Without leave to write to the clipboard: the link stands in the address.
      setWord("Link is in the address");
    }
    setTimeout(() => setWord("Share"), 2500);
  };
  return (
    <button type="button" class="button" onClick={() => void share()}>
      {word}
    </button>
  );
}

const THEMES: readonly { readonly choice: ThemeChoice; readonly name: string; readonly sign: string }[] = [
  { choice: "auto", name: "Colours: as the system", sign: "◐" },
  { choice: "light", name: "Colours: light", sign: "○" },
  { choice: "dark", name: "Colours: dark", sign: "●" },
];

function ThemePicker(): JSX.Element {
  const choice = useWatched(themeChoice);
  const at = THEMES.findIndex((t) => t.choice === choice);
  const { name, sign } = THEMES[at]!;
  return (
    <button
      type="button"
      class="button icon-button"
      aria-label={name}
      title={name}
      onClick={() => themeChoice.replace(THEMES[(at + 1) % THEMES.length]!.choice)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
