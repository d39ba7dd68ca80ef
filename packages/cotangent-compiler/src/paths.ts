/** Paths of files, with slashes on every system; in browsers, too, where there is no `node:path`. */

export const slashed = (path: string): string => path.replaceAll("\\", "/");

const isAbsolute = (path: string): boolean => /^(?:\/|[A-Za-z]:\/)/.test(path);

/** Where `file` is as seen from `folder`: `f.ts`, `../lib/f.ts`; a path that is not absolute stays as it is. */
export function relativePath(folder: string, file: string): string {
  const [from, to] = [slashed(folder).replace(/\/+$/, "").split("/"), slashed(file).split("/")];
  if (!isAbsolute(slashed(file)) || from[0] !== to[0]) return slashed(file);
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}

/** The folder that a file is in. */
export const folderOf = (file: string): string => slashed(file).replace(/\/?[^/]*$/, "");
