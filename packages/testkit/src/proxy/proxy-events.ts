// What the proxy tells while it runs, so that a test can wait for a thing to happen instead of sleeping.
// A small emitter of its own: the proxy depends on nothing but Node.

import type { Direction, Weather } from "./weather.ts";

/** Why the proxy reset a client's connection. */
export type CutReason =
  | "asked" // proxy.cut()
  | "down"
  | "upgrade" // upgrade: "reset"
  | "killAfterMs"
  | "killAfterBytes"
  | "responseLost"
  | "cutResponsesAfterBytes"
  | "idle"
  | "random"
  | "upstream"; // the server's own connection broke

/** What became of an upgrade request. */
export type UpgradeVerdict = "passed" | "refused" | "swallowed" | "reset" | "stripped" | "captivePortal";

/** The events of a proxy and what they carry; `path` is the request target as the client sent it, query included. */
export interface ProxyEvents {
  /** A plain request's head arrived (an upgrade request that is stripped counts as one too). */
  request: { readonly method: string; readonly path: string };
  /** An upgrade request arrived and its fate was decided. */
  upgrade: { readonly path: string; readonly verdict: UpgradeVerdict };
  /** The server switched protocols: from here on bytes are passed through. */
  upgraded: { readonly path: string };
  /** The server wrote a whole response, and the client was reset instead of receiving it. */
  responseLost: { readonly method: string; readonly path: string };
  /** A request was sent to the server twice. */
  duplicated: { readonly method: string; readonly path: string };
  /** The first bytes of a connection or response vanished in this direction. */
  starved: { readonly path: string; readonly direction: Direction };
  /** The proxy reset a client's connection; `path` is that of its latest request. */
  cut: { readonly path: string; readonly reason: CutReason; readonly upgraded: boolean };
  /** The weather changed. */
  weather: { readonly weather: Weather };
}

type Listener<Event extends keyof ProxyEvents> = (detail: ProxyEvents[Event]) => void;
type Listeners = { [Event in keyof ProxyEvents]?: Set<Listener<Event>> };

export class ProxyEmitter {
  readonly #listeners: Listeners = {};

  on<Event extends keyof ProxyEvents>(event: Event, listener: Listener<Event>): () => void {
    const listeners: Set<Listener<Event>> = this.#listeners[event] ?? new Set();
    (this.#listeners as Record<Event, Set<Listener<Event>>>)[event] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<Event extends keyof ProxyEvents>(event: Event, detail: ProxyEvents[Event]): void {
    const listeners: Set<Listener<Event>> | undefined = this.#listeners[event];
    if (listeners === undefined) return;
    for (const listener of [...listeners]) listener(detail);
  }
}
