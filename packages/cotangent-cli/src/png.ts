/** Drawings as pixels, the same on every computer: the fonts come with this package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Figure } from "cotangent-view";

const require = createRequire(import.meta.url);

/** The faces that drawings use: upright and semibold words, upright and italic mathematics. */
const fonts = (): readonly string[] => [
  require.resolve("@expo-google-fonts/open-sans/400Regular/OpenSans_400Regular.ttf"),
  require.resolve("@expo-google-fonts/open-sans/600SemiBold/OpenSans_600SemiBold.ttf"),
  require.resolve("@expo-google-fonts/stix-two-text/400Regular/STIXTwoText_400Regular.ttf"),
  require.resolve("@expo-google-fonts/stix-two-text/400Regular_Italic/STIXTwoText_400Regular_Italic.ttf"),
];

let loaded: Promise<Uint8Array[]> | undefined;

/** The rasteriser and the fonts, once. */
const load = (): Promise<Uint8Array[]> =>
  (loaded ??= (async () => {
    const [wasm, ...faces] = await Promise.all(
      [require.resolve("@resvg/resvg-wasm/index_bg.wasm"), ...fonts()].map((path) => readFile(path)),
    );
    await initWasm(wasm!);
    return faces;
  })());

/** A figure as a PNG, each of its pixels `scale` wide and high. */
export async function toPng(figure: Figure, scale: number): Promise<Uint8Array> {
  const fontBuffers = await load();
  const resvg = new Resvg(figure.svg, {
    font: {
      fontBuffers,
      defaultFontFamily: "Open Sans",
      sansSerifFamily: "Open Sans",
      serifFamily: "STIX Two Text",
    },
    fitTo: { mode: "zoom", value: scale },
    textRendering: 2,
  });
  try {
    const image = resvg.render();
    const png = image.asPng();
    image.free();
    return png;
  } finally {
    resvg.free();
  }
}
