import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../node_modules/.cache/", import.meta.url));

/**
 * How to start a headless Chromium without asking anything of the machine.
 *
 * On Linux x64 the browser comes from npm: `@sparticuz/chromium` carries it compressed, together with the
 * shared libraries and fonts that a bare container lacks. Elsewhere an installed Chrome is used.
 *
 * @returns {import("playwright").LaunchOptions}
 */
export function chromiumLaunchOptions() {
  if (process.platform !== "linux" || process.arch !== "x64") return { channel: "chrome" };

  const home = unpackedChromium();
  return {
    executablePath: join(home, "chromium"),
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
    env: {
      .../** @type {Record<string, string>} */ (process.env),
      LD_LIBRARY_PATH: join(home, "al2023", "lib"),
      FONTCONFIG_PATH: fontConfiguration(home),
    },
  };
}

/**
 * A folder with a font configuration: the package's own names folders of the machine that it was made for, and without fonts
 * no text is drawn at all. Sans comes with the browser, fixed width and mathematics from npm, so that pictures look the
 * same everywhere.
 *
 * @param {string} home
 */
function fontConfiguration(home) {
  const folder = join(CACHE, "fontconfig");
  const dejavu = dirname(fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/package.json")));
  const alias = (/** @type {string} */ family, /** @type {string} */ font) =>
    `  <alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const text = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    "<fontconfig>",
    `  <dir>${join(home, "fonts")}</dir>`,
    `  <dir>${join(dejavu, "ttf")}</dir>`,
    `  <cachedir>${join(folder, "cache")}</cachedir>`,
    alias("sans-serif", "Open Sans"),
    alias("system-ui", "Open Sans"),
    alias("monospace", "DejaVu Sans Mono"),
    alias("math", "DejaVu Math TeX Gyre"),
    "</fontconfig>",
    "",
  ].join("\n");
  const file = join(folder, "fonts.conf");
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    mkdirSync(folder, { recursive: true });
    // Whole or not at all: another run may be reading it.
    const fresh = mkdtempSync(join(CACHE, "fontconfig-"));
    writeFileSync(join(fresh, "fonts.conf"), text);
    renameSync(join(fresh, "fonts.conf"), file);
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Unpacks once per installed version, into a directory that appears whole or not at all, so that two runs at
 * the same time cannot see half a browser.
 */
function unpackedChromium() {
  const manifest = new URL("../../package.json", import.meta.resolve("@sparticuz/chromium"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const home = join(CACHE, `chromium-${version}`);
  if (existsSync(home)) return home;

  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, "unpacking-"));
  // The package unpacks into the temporary directory, and the libraries only where it believes to be in a
  // bare container: both are said to a child process, not to this one.
  const program = `import chromium from "@sparticuz/chromium"; await chromium.executablePath();`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    env: { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    renameSync(fresh, home);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // otherwise another run was faster
  }
  return home;
}
