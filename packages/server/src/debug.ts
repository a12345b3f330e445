// `NODE_DEBUG=wireway node app.js`: a line on stderr for each thing that the diagnostics channels tell. Not wanted, it is a
// look at one flag when a server is made, and nobody subscribes.
// Source: https://nodejs.org/api/util.html#utildebuglogsection-callback

import { debuglog } from "node:util";
import { type DiagnosticHandlers, diagnosticNames, subscribeDiagnostics } from "./diagnostics.ts";

const log = debuglog("wireway");
let state: "off" | "on" = "off";

/** Begins to write, once in a process, where the environment asks for it. */
export function debugWhereWanted(): void {
  if (!log.enabled || state === "on") return;
  state = "on";
  writeTo((line) => log("%s", line));
}

/** @returns what undoes it. */
export function writeTo(write: (line: string) => void): () => void {
  const handlers = diagnosticNames.map((name) => [name, (message: object) => write(lineOf(name, message))]);
  return subscribeDiagnostics(Object.fromEntries(handlers) as DiagnosticHandlers);
}

/** The channel, and each field that has a value. One line, whatever names a client makes up. */
function lineOf(name: string, message: object): string {
  const fields = Object.entries(message).flatMap(([field, value]) =>
    value === undefined && field !== "error" ? [] : `${field}=${shown(value)}`,
  );
  return [name.slice("wireway:".length), ...fields].join(" ");
}

function shown(value: unknown): string {
  if (typeof value === "number") return String(Math.round(value));
  const text = textOf(value);
  if (/^[\w.:/@-]+$/.test(text)) return text;
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What is thrown may be anything, and may not even be text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
