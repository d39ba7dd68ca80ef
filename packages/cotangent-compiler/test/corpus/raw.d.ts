/** The text of a file, in a browser as well. */
declare module "*?raw" {
  const text: string;
  export default text;
}
