// How times and transports are written for people, the same everywhere on the page.

/** The transports that a page may ask for, as the address names them. */
export const transportNames = {
  websocket: "WebSocket",
  streaming: "HTTP streaming",
  sse: "Server-Sent Events",
  polling: "Long polling",
} as const;

export type TransportName = keyof typeof transportNames;

export function transportWords(name: string | undefined): string {
  if (name === undefined) return "no connection";
  return Object.hasOwn(transportNames, name) ? transportNames[name as TransportName] : name;
}

/** As `12 ms` or `1.4 s`. */
export function durationWords(durationMs: number): string {
  if (durationMs < 10) return `${durationMs.toFixed(1)} ms`;
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 10_000) return `${(durationMs / 1_000).toFixed(1)} s`;
  if (durationMs < 120_000) return `${Math.round(durationMs / 1_000)} s`;
  return `${Math.round(durationMs / 60_000)} min`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** As `14:03:22`. */
export function clockWords(atMs: number): string {
  return clock.format(atMs);
}

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
