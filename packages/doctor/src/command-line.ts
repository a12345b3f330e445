// What may be written on the command line, and what it means.

import { parseArgs } from "node:util";
import type { ExamineOptions } from "./target.ts";
import { serverUrl } from "./target.ts";

export const usage = `Usage: npx @wireway/doctor [options] <url>

Finds out which transports reach a Wireway server, how fast they are, and what stands in the way of the others.

  <url>                    the server's address, as given to connect(); its path is a namespace
  --path <path>            path that the server is mounted at (default: /wireway/)
  --origin <origin>        pretend to be a page of this origin (default: a page of the server's own address)
  -H, --header <name: value>
                           send a header with every request; may be repeated
  --timeout-ms <ms>        how long an answer may take (default: 5000)
  --idle                   also wait for what becomes of quiet connections (as long as the server's ping takes, mostly 15 s)
  -k, --insecure           go on when the certificate is not trusted
  --json                   print the report as JSON
  -h, --help               print this
  -V, --version            print the version

Exit code: 0 when everything works, 1 when something works and something stands in the way,
2 when nothing works or the command line is wrong.
`;

export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "wrong"; readonly message: string }
  | { readonly kind: "examine"; readonly options: ExamineOptions; readonly isJson: boolean };

export function parseCommand(argv: readonly string[]): Command {
  try {
    return parse(argv);
  } catch (error) {
    return { kind: "wrong", message: (error as Error).message };
  }
}

function parse(argv: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      path: { type: "string" },
      origin: { type: "string" },
      header: { type: "string", short: "H", multiple: true },
      "timeout-ms": { type: "string" },
      idle: { type: "boolean" },
      insecure: { type: "boolean", short: "k" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "V" },
    },
  });
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const [given, ...others] = positionals;
  if (given === undefined) throw new Error("an address is missing");
  if (others.length > 0) throw new Error(`one address at a time: ${others.join(" ")}`);
  const options: ExamineOptions = {
    url: addressOf(given),
    ...(values.path !== undefined && { path: pathOf(values.path) }),
    ...(values.origin !== undefined && { origin: originOf(values.origin) }),
    headers: Object.fromEntries((values.header ?? []).map(headerOf)),
    ...(values["timeout-ms"] !== undefined && { timeoutMs: timeoutOf(values["timeout-ms"]) }),
    insecure: values.insecure ?? false,
    idle: values.idle ?? false,
  };
  return { kind: "examine", options, isJson: values.json ?? false };
}

function addressOf(text: string): URL {
  try {
    return serverUrl(text);
  } catch {
    throw new Error(`${text} is no address by http, https, ws or wss`);
  }
}

/** As the server's option wants it, but not so strict about the last slash. */
function pathOf(text: string): string {
  if (!text.startsWith("/") || /[?#\s]/.test(text)) throw new Error(`--path must begin with /, and is ${text}`);
  return text.endsWith("/") ? text : `${text}/`;
}

/** As browsers send it. */
function originOf(text: string): string {
  if (text === "null") return text;
  const isOrigin = URL.canParse(text) && new URL(text).host !== "" && /^[^?#]*?\/\/[^/?#]+\/?$/.test(text);
  if (!isOrigin) throw new Error(`--origin must be like https://example.com, and is ${text}`);
  const { protocol, host } = new URL(text);
  return `${protocol}//${host}`;
}

function headerOf(text: string): [name: string, value: string] {
  const colon = text.indexOf(":");
  const name = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).trim();
  if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[\r\n\0]/.test(value)) {
    throw new Error(`--header must be like "name: value"`);
  }
  return [name.toLowerCase(), value];
}

function timeoutOf(text: string): number {
  const timeoutMs = Number(text);
  if (!/^\d+$/.test(text) || timeoutMs < 100 || timeoutMs > 600_000) {
    throw new Error(`--timeout-ms must be a whole number from 100 to 600000, and is ${text}`);
  }
  return timeoutMs;
}
