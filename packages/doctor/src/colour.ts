// Colours for terminals, and plain text for everything else.
// Source: https://no-color.org; ECMA-48 for the codes.

export type Style = "green" | "yellow" | "red" | "dim" | "bold";
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const painted: Paint = (style, text) => {
  const open = styleCodes[style];
  return `\u001b[${open[0]}m${text}\u001b[${open[1]}m`;
};

const styleCodes: Readonly<Record<Style, readonly [open: number, close: number]>> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Whether a stream wants colours. */
export function paintFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const isUnwanted = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return isTerminal && !isUnwanted ? painted : plain;
}
