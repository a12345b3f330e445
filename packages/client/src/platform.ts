// What a client needs of the platform it runs on, and the parts that every platform has in common: time, random bytes and
// where an application's own errors go. Which sockets and requests there are is the environments' business.

import type { Clock, Packet } from "@wireway/protocol";
import type { KeyValueStorage } from "./memory.ts";

/** How requests of one client are made, beyond their address and their body. */
export interface RequestStyle {
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials;
  /** Largest message that is accepted from the server. */
  readonly maxMessageBytes: number;
}

/** A stream of server-sent events that was asked for. */
export interface EventStream {
  close(): void;
}

/** What comes of it. Nothing is called from inside `openEventStream`, and nothing after `failed`. */
export interface EventStreamSink {
  opened(): void;
  received(packets: readonly Packet[], bytes: number): void;
  failed(message: string, code?: number): void;
}

/** Asks for a stream of server-sent events. */
export type OpenEventStream = (url: string, style: RequestStyle, sink: EventStreamSink) => EventStream;

/** Sends a body that nobody hears the answer of, although the page goes away at this moment. */
export type SendLast = (url: string, body: string, style: RequestStyle) => void;

/** The platform. Tests bring their own. */
export interface Environment {
  /** Time, timers, and what runs when the running code has returned. */
  readonly clock: Clock;
  /** From 0 up to, but not including, 1: for jitter, not for secrets. */
  readonly random: () => number;
  /** What relative addresses are relative to; undefined where there is no page. */
  readonly baseUrl: string | undefined;
  /** Makes HTTP requests. */
  readonly fetch: typeof fetch;
  /** Makes a WebSocket. May throw. */
  readonly openWebSocket: (url: string, style: RequestStyle) => WebSocket;
  /** Asks for a stream of server-sent events, where it is not the platform's own way. */
  readonly openEventStream?: OpenEventStream;
  /** Tells what happens to the page and its network. @returns its undo. */
  readonly watch: (life: PageLife) => () => void;
  /** Sends a page's last words, where it is not the platform's own way. */
  readonly sendLast?: SendLast;
  /** Where what was learnt is kept for the next page; undefined where there is nothing. May throw. */
  readonly storage: () => KeyValueStorage | undefined;
  /** Milliseconds since 1970. */
  readonly today: () => number;
}

/** What happens to a page. Nothing of it ever happens where there is no page. */
export interface PageLife {
  /** It is seen again, or thawed, or the network may have changed: nothing that was is certain. */
  woke(): void;
  /** It is hidden and may come back: it must not hold connections. */
  hid(): void;
  /** It goes away for good. */
  left(): void;
}

/** An environment as one client uses it. */
export interface ClientEnvironment extends Environment {
  /** How its requests are made. */
  readonly style: RequestStyle;
}

// Longer ones fire at once.
const longestTimeoutMs = 2_147_483_647;

/** The platform's own time. A timer that fires early is armed again by whoever owns it. */
export const systemClock: Clock = {
  now: () => performance.now(),
  timer: (task) => {
    let id: ReturnType<typeof setTimeout> | undefined;
    return {
      arm: (deadlineMs) => {
        clearTimeout(id);
        if (deadlineMs === Number.POSITIVE_INFINITY) return;
        const delayMs = Math.max(0, Math.ceil(deadlineMs - performance.now()));
        id = setTimeout(task, Math.min(delayMs, longestTimeoutMs));
      },
    };
  },
  defer: (task) => queueMicrotask(task),
};

const tickMs = 4_000;

/**
 * Tells when more time has passed than the platform's own clock says: on some systems that stands still while the machine
 * sleeps (W3C High Resolution Time leaves it open), and no timer is late. @returns its undo.
 */
export function watchSleep(woke: () => void, today: () => number): () => void {
  let last = today();
  const id = setInterval(() => {
    const before = last;
    last = today();
    if (last - before > 2 * tickMs) woke();
  }, tickMs);
  // No reason for a process to live on.
  (id as { unref?: () => void }).unref?.();
  return () => clearInterval(id);
}

/** 160 random bits, in characters that base64url has. */
export function createNonce(): string {
  return crypto.getRandomValues(new Uint32Array(5)).join("-");
}

/** Does with an application's error what the platform does with those of its own listeners. */
export function reportFailure(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
