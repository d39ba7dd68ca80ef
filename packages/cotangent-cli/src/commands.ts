/** THE TABLE OF COMMANDS: parsing, help and completion read it. */
import type { CommandSpec, OptionSpec } from "./command.ts";

const FUNCTION: OptionSpec = {
  short: "f",
  value: "NAME",
  help: "which function of the file; not needed where it has one only",
};
const AT: OptionSpec = { value: "X,Y,...", help: "the arguments, where all are numbers" };
const ARGUMENTS: OptionSpec = {
  value: "JSON",
  help: "the arguments as a list in JSON, for arrays and objects: '[[1, 2], {\"k\": 3}]'",
};
const OUTPUT: OptionSpec = {
  short: "o",
  value: "FILE",
  file: true,
  help: "write to this file; its ending tells the format",
};
const THEME: OptionSpec = {
  value: "THEME",
  help: "colours of pictures; auto follows the reader's system, PNG is light unless told",
  choices: ["light", "dark", "auto"],
};
const SIZE: OptionSpec = { value: "WxH", help: "how large: in pixels, or in characters for text" };
const SCALE: OptionSpec = { value: "N", help: "pixels of a PNG for each pixel of the drawing. Default: 2" };
const JSON_: OptionSpec = { help: "write what was found as JSON, errors too" };
const steps = (what: string, usual: string): OptionSpec => ({
  value: "N",
  help: `how many ${what} are allowed, so that what never ends is an error. Default: ${usual}`,
});
const DIRECTION: OptionSpec = {
  value: "WHERE",
  help: "where the output stands: beside the inputs or below them",
  choices: ["right", "down"],
};
const format = (...choices: readonly string[]): OptionSpec => ({
  value: "FORMAT",
  help: "the format, where no file's ending tells it",
  choices,
});

const SUBJECT =
  "The function is one of a file (TypeScript or JavaScript, with the local modules that it imports), an expression such as 'x => sin(x) * x', or a text on standard input (-).";

export type CommandName =
  | "plot"
  | "graph"
  | "steps"
  | "explore"
  | "derive"
  | "check"
  | "bench"
  | "completion";

export const commands: readonly (CommandSpec & { readonly name: CommandName })[] = [
  {
    name: "plot",
    summary: "a function of one or two variables, with its derivatives",
    usage: "<file | expression | -> [options]",
    description: `${SUBJECT}\nWithout a file to write to, the plot is drawn in the terminal. A function of two numbers is drawn as contours. Further arguments are held fixed: --at _,2 runs over the first, --arguments '[null, [1, 2]]' likewise.`,
    operands: [1, 1],
    options: {
      function: FUNCTION,
      derivatives: { short: "d", value: "N", help: "draw the derivatives up to this order, 0 to 4" },
      range: { short: "r", value: "A,B", help: "from where to where on the x axis. Default: -4,4" },
      "y-range": {
        value: "A,B",
        help: "the part of the y axis to show; of two variables, the range of the second",
      },
      tangent: { value: "X", help: "draw the tangent there" },
      secant: { value: "X,EPS", help: "draw the secant of the central difference from X-EPS to X+EPS" },
      gradient: { help: "two variables: draw arrows along the gradient" },
      surface: { help: "two variables: draw a surface in space instead of contours (pictures only)" },
      points: {
        value: "N",
        help: "at how many places to compute. Default: 200; in the terminal, two for each column",
      },
      at: { ...AT, help: "the arguments, _ for those that run along the axes: --at _,2" },
      arguments: {
        ...ARGUMENTS,
        help: "the arguments in JSON, null for the numbers that run along the axes",
      },
      steps: steps("loop iterations and calls in each call of the function", "1000000"),
      title: { value: "TEXT", help: "the title" },
      size: SIZE,
      theme: THEME,
      scale: SCALE,
      output: OUTPUT,
      format: format("text", "svg", "png", "json"),
      json: JSON_,
    },
    examples: [
      [
        "cotangent plot 'x => Math.sin(x) * x' --derivatives 2",
        "x sin x with its first two derivatives, in the terminal",
      ],
      ["cotangent plot 'x => x ** 3 - x' --tangent 1 -o cubic.svg", "a tangent, as a picture"],
      [
        "cotangent plot '(x, y) => (1 - x) ** 2 + 10 * (y - x ** 2) ** 2' --range -2,2 --y-range -1,3",
        "contours",
      ],
      [
        "cotangent plot model.ts -f energy --arguments '[null, [1, 2]]' -o energy.png",
        "over the first argument, the second held fixed",
      ],
    ],
  },
  {
    name: "graph",
    summary: "what a function computes, as a graph",
    usage: "<file | expression | -> [options]",
    description: `${SUBJECT}\nWith arguments (--at or --arguments), the computation graph at this point: loops unrolled, with values. Without, the function's program: its loops and branches as frames.`,
    operands: [1, 1],
    options: {
      function: FUNCTION,
      at: AT,
      arguments: ARGUMENTS,
      derivatives: { short: "d", help: "write the derivative of the output by each variable" },
      "no-values": { help: "leave the values out" },
      named: { help: "leave out intermediate results that have no name" },
      program: {
        help: "the program, also where arguments are given; these then tell of which structure they are",
      },
      gradient: { help: "the program of the gradient" },
      direction: DIRECTION,
      limit: {
        value: "N",
        help: "from how many nodes on operations are grouped. Default: 120; 60 for programs",
      },
      steps: steps("operations", "100000"),
      theme: THEME,
      scale: SCALE,
      output: OUTPUT,
      format: format("text", "svg", "png", "dot", "json"),
      json: JSON_,
    },
    examples: [
      ["cotangent graph 'x => x * sin(x)' --at 2 --derivatives -o graph.svg", "with values and derivatives"],
      [
        "cotangent graph model.ts -f energy --gradient --format dot | dot -Tpdf -o energy.pdf",
        "for Graphviz",
      ],
      ["cotangent graph '(x, y) => x * y + x' --at 2,3", "in the terminal: line by line"],
    ],
  },
  {
    name: "steps",
    summary: "backpropagation step by step",
    usage: "<file | expression | -> --at X,Y [options]",
    description: `${SUBJECT}\nOne SVG is an animation; with --frames, and as PNG, each step is a file of its own: steps.svg becomes steps-0.svg, steps-1.svg, ...`,
    operands: [1, 1],
    options: {
      function: FUNCTION,
      at: AT,
      arguments: ARGUMENTS,
      "d-out": { value: "N", help: "the derivative to start from. Default: 1" },
      frames: { help: "a file for each step instead of an animation" },
      seconds: { value: "N", help: "how long a step of the animation is seen. Default: 2" },
      steps: steps("operations", "100000"),
      direction: DIRECTION,
      theme: THEME,
      scale: SCALE,
      output: OUTPUT,
      format: format("text", "svg", "json"),
      json: JSON_,
    },
    examples: [
      ["cotangent steps '(x, y) => x * y + x * x' --at 2,3", "in the terminal"],
      ["cotangent steps '(x, y) => x * y + x * x' --at 2,3 -o steps.svg", "an animation"],
      ["cotangent steps model.ts -f energy --at 1 --frames -o step.png", "step-0.png, step-1.png, ..."],
    ],
  },
  {
    name: "explore",
    summary: "open a function in the explorer, in a browser",
    usage: "[file | expression | -] [options]",
    description: `${SUBJECT}\nServes the explorer from this computer, to this computer only, with the function in the address; stop it with Ctrl-C. Nothing is sent anywhere: what the address holds behind # stays in the browser.`,
    operands: [0, 1],
    options: {
      function: FUNCTION,
      at: { ...AT, help: "where the sliders start" },
      port: { value: "N", help: "the port to serve at. Default: any that is free" },
      "no-open": { help: "print the address, open no browser" },
      base: { value: "URL", help: "print a link to an explorer elsewhere, and serve none" },
      json: JSON_,
    },
    examples: [
      ["cotangent explore 'x => Math.sin(x) * x'", "opens a browser"],
      ["cotangent explore model.ts -f energy --base https://example.org/explorer/", "a link to share"],
    ],
  },
  {
    name: "derive",
    summary: "write the derivative of a function as TypeScript",
    usage: "<file | expression | -> [options]",
    description: `${SUBJECT}\nThe result is a module without imports: the derivative as a person would write it, with the names of the original.`,
    operands: [1, 1],
    options: {
      function: FUNCTION,
      mode: {
        short: "m",
        value: "MODE",
        help: "how to differentiate",
        choices: ["reverse", "forward", "hessian", "hvp", "jacobian"],
      },
      wrt: { value: "X,Y", help: "by which parameters. Default: all that hold numbers" },
      value: { help: "reverse: return the value, too" },
      output: OUTPUT,
      json: JSON_,
    },
    examples: [
      ["cotangent derive model.ts -f energy -o energy.gradient.ts", "the gradient, into a file"],
      ["cotangent derive '(x, y) => x ** 2 * y' --wrt x", "to the terminal"],
      ["cotangent derive model.ts -f energy --mode hessian", "second derivatives"],
    ],
  },
  {
    name: "check",
    summary: "compare derivatives with differences",
    usage: "<file | expression | -> [options]",
    description:
      'Checks every function of the file that is marked "use grad" or differentiated there (every exported one, if there is none), at random points and at those of comments such as // @check [1, 2] above it: reverse and forward mode against extrapolated differences.',
    operands: [1, 1],
    options: {
      function: { ...FUNCTION, value: "NAME,...", help: "only these functions" },
      at: { ...AT, help: "check at this point, too; needs --function where there are several" },
      arguments: ARGUMENTS,
      random: { value: "N", help: "at how many random points. Default: 8" },
      seed: { value: "N", help: "which random points. Default: 1" },
      tolerance: { value: "N", help: "how far a derivative may be off, relative to its size. Default: 1e-6" },
      steps: steps("loop iterations and calls in each call of a function", "200000"),
      json: JSON_,
    },
    exits: {
      1: "a derivative is wrong, or a function is outside the language",
      4: "nothing was checked: there is no function, or no point at which one can be compared",
    },
    examples: [
      ["cotangent check model.ts", "every function"],
      ["cotangent check model.ts -f energy --at 1,2 --random 100", "one, at more points"],
      ["cotangent check 'x => Math.exp(-x * x)'", "an expression"],
    ],
  },
  {
    name: "bench",
    summary: "time a function and its derivatives",
    usage: "<file | expression | -> [options]",
    description: `${SUBJECT}\nIt is compiled to JavaScript and to WebAssembly, and so are its derivatives; all of them run in turn, and each is set beside the function itself as JavaScript, which an engine runs about as fast as what was written. Ratios can be trusted more than times. Without arguments, it is given numbers near 1 and arrays of them.`,
    operands: [1, 1],
    options: {
      function: FUNCTION,
      at: AT,
      arguments: ARGUMENTS,
      length: { value: "N", help: "how long arrays are where no arguments are given. Default: 100" },
      transforms: {
        value: "NAME,...",
        help: "what to measure beside the value: gradient, jacobian, hessian. Default: one of the first two",
      },
      rounds: { value: "N", help: "how often each is measured; the median counts. Default: 15" },
      json: JSON_,
    },
    examples: [
      ["cotangent bench model.ts -f energy --length 1000", "with arrays of 1000 numbers"],
      ["cotangent bench '(x, y) => Math.sin(x) * y' --transforms gradient,hessian", "to the second order"],
    ],
  },
  {
    name: "completion",
    summary: "print a script that completes commands in a shell",
    usage: "<bash | zsh | fish>",
    description:
      "bash: add  source <(cotangent completion bash)  to ~/.bashrc. zsh: the same with zsh, to ~/.zshrc, below compinit. fish: cotangent completion fish > ~/.config/fish/completions/cotangent.fish",
    operands: [1, 1],
    words: ["bash", "zsh", "fish"],
    options: {},
    examples: [["source <(cotangent completion bash)", "for this shell"]],
  },
];
