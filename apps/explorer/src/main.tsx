import { render } from "preact";

import { Shell } from "./shell/shell.tsx";
import { Session } from "./shell/session.ts";
import { tabs } from "./tabs.ts";

const session = await Session.start(tabs);
render(<Shell session={session} />, document.querySelector("#app")!);
