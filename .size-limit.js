// What a user's bundle grows by. An entry is a file under packages/*/size that uses what it measures;
// it is bundled from the built packages, minified and compressed.
export default [
  {
    name: "Scalars alone",
    path: "packages/cotangent/size/scalars.ts",
    limit: "6 KiB",
    gzip: true,
  },
  // What a build with `precompile` leaves out.
  {
    name: "Programs of functions of Reals: both modes, both back ends",
    path: "packages/cotangent/size/programs.ts",
    limit: "109 kB",
    gzip: true,
  },
  {
    name: "Programs of plain functions: both modes, both back ends",
    path: "packages/cotangent/size/plain.ts",
    limit: "107 kB",
    gzip: true,
  },
];
