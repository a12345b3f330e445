// The client's end for any library: it counts, and the library brings and takes messages. Not for pages.

import type { ClientEnd, ClientReport, FirstMessage } from "../matrix/ends.ts";

export interface Listener {
  /** An event of the server's. */
  heard(event: string, number: number | undefined): void;
  moved(transport: string | null): void;
  disconnected(reason: string): void;
  failed(error: string): void;
}

export interface Line {
  say(event: string, number?: number): void;
  close(): void;
}

export type Open = (url: string, listener: Listener) => Line;

/** How long a fresh client is waited for. */
const patienceMs = 10_000;

export function createListeningClient(open: Open): ClientEnd {
  const received: number[] = [];
  const disconnects: string[] = [];
  const errors: string[] = [];
  const moves: ClientReport["moves"][number][] = [];
  let [beganAtMs, heardAtMs, silenceMs, sent] = [0, 0, 0, 0];
  let firstHeardMs: number | null = null;
  let line: Line | undefined;
  let timer: NodeJS.Timeout | undefined;
  const nothing = (): void => undefined;

  return {
    first: async (url): Promise<FirstMessage> => {
      const atMs = performance.now();
      let transport: string | null = null;
      let limit: NodeJS.Timeout | undefined;
      const ms = await new Promise<number | null>((resolve) => {
        limit = setTimeout(resolve, patienceMs, null);
        line = open(url, {
          heard: (event) => event === "answer" && resolve(performance.now() - atMs),
          moved: (to) => (transport = to),
          disconnected: nothing,
          failed: nothing,
        });
        line.say("hello");
      });
      clearTimeout(limit);
      line?.close();
      return { ms, transport };
    },
    bare: () => Promise.reject(new TypeError("this is no bare WebSocket")),
    begin: async (url) => {
      beganAtMs = performance.now();
      line = open(url, {
        heard: (event, number) => {
          if (event !== "down" || number === undefined) return;
          const now = performance.now();
          if (firstHeardMs === null) firstHeardMs = now - beganAtMs;
          else silenceMs = Math.max(silenceMs, now - heardAtMs);
          heardAtMs = now;
          received.push(number);
        },
        moved: (transport) => moves.push({ atMs: performance.now() - beganAtMs, transport }),
        disconnected: (reason) => disconnects.push(reason),
        failed: (error) => errors.push(error),
      });
    },
    speak: async (everyMs) => {
      heardAtMs = performance.now();
      timer = setInterval(() => line?.say("up", sent++), everyMs);
    },
    hush: async () => clearInterval(timer),
    online: async () => undefined,
    report: async () => ({
      sent,
      received: [...received],
      firstHeardMs,
      silenceMs,
      disconnects: [...disconnects],
      errors: [...errors],
      transport: moves.at(-1)?.transport ?? null,
      moves: [...moves],
      attempts: [],
    }),
    end: async () => {
      clearInterval(timer);
      line?.close();
    },
  };
}
