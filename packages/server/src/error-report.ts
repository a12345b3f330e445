// Where an application hears of its own handlers' failures: the server's `error` event, or the console when nobody listens.

import type { Listeners } from "@wireway/protocol";
import type { Socket } from "./socket.ts";
import { tellError } from "./taps.ts";

/** What failed: a handler of `event` of `socket`, where it was one. */
export interface ErrorContext {
  /** Whose handler it was. */
  readonly socket?: Socket;
  /** Name of the event; `connection` for a middleware or a connection handler. */
  readonly event?: string;
}

export type ErrorReport = (error: unknown, context: ErrorContext) => void;

export function errorReport(listeners: Listeners): ErrorReport {
  return (error, context) => {
    tellError(error, context);
    if (!listeners.has("error")) return print(error, context);
    void listeners.call("error", [error, context], { failed: (another) => print(another, { event: "error" }) });
  };
}

function print(error: unknown, { event }: ErrorContext): void {
  // biome-ignore lint/suspicious/noConsole: an error that nobody listens for must not vanish
  console.error(`wireway: a handler of ${JSON.stringify(event ?? "connection")} failed:`, error);
}
