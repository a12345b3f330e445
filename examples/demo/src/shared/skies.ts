// Every weather that the page offers, as a table: what it is called, what it does, and what it sets at the proxy.
// Icons are the page's business; carrying the weather out is the testkit's.

import type { Weather } from "@wireway/testkit";

interface Sky {
  readonly label: string;
  readonly explanation: string;
  readonly change: Partial<Weather>;
  /** What it cannot go together with; switching it on switches those off. */
  readonly excludes?: readonly string[];
}

/** What stays until it is switched off. */
export const skies = {
  refuse: {
    label: "Refuse WebSocket",
    explanation: "Upgrades are answered with 403, as a strict company proxy does.",
    change: { upgrade: { refuse: 403 } },
    excludes: ["swallow"],
  },
  swallow: {
    label: "Swallow WebSocket",
    explanation: "Upgrades are taken and never answered.",
    change: { upgrade: "swallow" },
    excludes: ["refuse"],
  },
  kill: {
    label: "Kill it after 300 ms",
    explanation: "Every WebSocket opens well, then is reset.",
    change: { killAfterMs: 300 },
  },
  starveDown: {
    label: "Starve downwards",
    explanation: "What the server says over WebSocket vanishes; it stays open.",
    change: { starve: "down" },
    excludes: ["starveUp"],
  },
  starveUp: {
    label: "Starve upwards",
    explanation: "What this page says over WebSocket vanishes; it stays open.",
    change: { starve: "up" },
    excludes: ["starveDown"],
  },
  buffer: {
    label: "Buffer streams",
    explanation: "HTTP answers are held until complete. Try it with a refused WebSocket.",
    change: { bufferResponses: true },
  },
  lose: {
    label: "Lose 10 % of responses",
    explanation: "HTTP answers vanish after the server wrote them. Try it with a refused WebSocket.",
    change: { loseResponses: 0.1 },
  },
  latency: {
    label: "Add 300 ms",
    explanation: "Every round trip takes 300 ms longer, whatever carries it.",
    change: { latencyMs: 150 },
  },
} as const satisfies Record<string, Sky>;

export type SkyId = keyof typeof skies;

/** What happens once. */
export const bolts = {
  cut: { label: "Cut all now", explanation: "Resets every connection of every tab." },
  restart: {
    label: "Restart the server",
    explanation: "Kills the process and starts a new one. It has forgotten all sessions.",
  },
  clear: { label: "Clear sky", explanation: "Switches all weather off." },
} as const satisfies Record<string, Omit<Sky, "change">>;

export type BoltId = keyof typeof bolts;

export const skyIds: readonly SkyId[] = Object.keys(skies) as SkyId[];

export function isSkyId(value: unknown): value is SkyId {
  return typeof value === "string" && Object.hasOwn(skies, value);
}

export function isBoltId(value: unknown): value is BoltId {
  return typeof value === "string" && Object.hasOwn(bolts, value);
}

/** The skies that are on after one was switched. */
export function switchSky(active: readonly SkyId[], id: SkyId, on: boolean): SkyId[] {
  const sky: Sky = skies[id];
  const off = new Set<string>(on ? sky.excludes : [id]);
  return skyIds.filter((one) => (one === id ? on : active.includes(one)) && !off.has(one));
}
