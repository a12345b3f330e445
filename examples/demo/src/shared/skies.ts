// Every weather that the page offers, as tables: what it is called, what a visitor should see, and what it sets at the
// proxy. Icons are the page's business; carrying the weather out is the testkit's.

import type { Weather } from "@wireway/testkit";

/** Which living connections are reset when a weather begins, so that it is felt at once. */
export type Struck = "websockets" | "streams" | "all";

export interface Sky {
  readonly group: GroupId;
  readonly label: string;
  /** Tells it from others with the same label, which exclude one another. */
  readonly choice?: string;
  /** What it does, and what to look for. */
  readonly explanation: string;
  readonly change: Partial<Weather>;
  readonly strikes?: Struck;
  /** Felt only while HTTP carries the session: comes with a refused WebSocket. */
  readonly isAboutHttp?: true;
  /** Ends by itself after this long. */
  readonly lastsMs?: number;
}

export const groups = {
  websocket: "WebSocket",
  http: "HTTP",
  everything: "Everything",
  moments: "Moments",
} as const;

export type GroupId = keyof typeof groups;

const refused = { group: "websocket", label: "Refused", strikes: "websockets" } as const;
const vanishing = { group: "websocket", label: "Frames vanish" } as const;
const losing = { group: "http", label: "Answers lost", isAboutHttp: true } as const;

/** What stays until it is switched off, or until its time is over. */
export const skies = {
  refuse403: {
    ...refused,
    choice: "403",
    explanation: "Upgrades are answered with 403, as strict company proxies do. Streaming takes over in a blink.",
    change: { upgrade: { refuse: 403 } },
  },
  refuse400: {
    ...refused,
    choice: "400",
    explanation: "Upgrades are answered with 400: the proxy lost the Upgrade header. Streaming takes over in a blink.",
    change: { upgrade: { refuse: 400 } },
  },
  refuse426: {
    ...refused,
    choice: "426",
    explanation: "Upgrades are answered with 426, by a proxy of another age. Streaming takes over in a blink.",
    change: { upgrade: { refuse: 426 } },
  },
  refuse502: {
    ...refused,
    choice: "502",
    explanation: "Upgrades are answered with 502: the proxy could not pass them on. Streaming takes over in a blink.",
    change: { upgrade: { refuse: 502 } },
  },
  reset: {
    ...refused,
    choice: "reset",
    explanation: "Upgrades are answered with a reset, as some firewalls do. Streaming takes over in a blink.",
    change: { upgrade: "reset" },
  },
  starveDown: {
    ...vanishing,
    choice: "down",
    explanation: "It opens, and what the server says vanishes. Silence proves nothing, so streaming takes over.",
    change: { starve: "down" },
  },
  starveUp: {
    ...vanishing,
    choice: "up",
    explanation: "It opens, and what this page says vanishes. Nothing is confirmed, so streaming takes over.",
    change: { starve: "up" },
  },
  starveBoth: {
    ...vanishing,
    choice: "both",
    explanation: "It opens and carries nothing, either way. It is never trusted, and streaming takes over.",
    change: { starve: "both" },
  },
  swallow: {
    group: "websocket",
    label: "Swallowed",
    explanation: "Upgrades are taken and never answered. Streaming is dialled beside it, and wins.",
    change: { upgrade: "swallow" },
    strikes: "websockets",
  },
  kill: {
    group: "websocket",
    label: "Killed at 300 ms",
    explanation: "It opens well, then is reset, every time. After a try or two it is left alone for longer and longer.",
    change: { killAfterMs: 300 },
  },
  freeze: {
    group: "websocket",
    label: "Freezes after 2 s",
    explanation: "It stays open and carries nothing more, as when a router forgot it. The missing confirmation tells.",
    change: { starve: "both", starveAfterMs: 2_000 },
  },
  lose2: {
    ...losing,
    choice: "2 %",
    explanation: "Some answers vanish after the server wrote them. They are asked for again, and nothing comes twice.",
    change: { loseResponses: 0.02 },
  },
  lose10: {
    ...losing,
    choice: "10 %",
    explanation: "Every tenth answer vanishes after the server wrote it. It is asked for again; nothing comes twice.",
    change: { loseResponses: 0.1 },
  },
  buffer: {
    group: "http",
    label: "Streams held",
    explanation: "Answers are held until complete, so that no stream ever begins. Long polling serves.",
    change: { bufferResponses: true },
    strikes: "streams",
    isAboutHttp: true,
  },
  half: {
    group: "http",
    label: "Half gets 502",
    explanation: "Every other request is answered with 502 by the proxy. Messages wait a little, and go again.",
    change: { errorRate: 0.5, errorStatus: 502 },
    isAboutHttp: true,
  },
  duplicate: {
    group: "http",
    label: "Sent twice",
    explanation: "Every other request reaches the server twice. Nothing counts as doubled.",
    change: { duplicateRate: 0.5 },
    isAboutHttp: true,
  },
  delay: {
    group: "http",
    label: "Out of order",
    explanation: "Requests wait up to 400 ms and overtake one another. Nothing counts as out of order.",
    change: { delayMs: { min: 0, max: 400 } },
    isAboutHttp: true,
  },
  latency: {
    group: "everything",
    label: "300 ms slower",
    explanation: "Every round trip takes 300 ms longer, whatever carries it. WebSocket stays the choice.",
    change: { latencyMs: 150 },
  },
  idle: {
    group: "everything",
    label: "Silence is cut",
    explanation:
      "What is quiet for 4.5 s is reset, and all fall quiet for 8 s at a time. Soon pings come early enough.",
    change: { idleCutMs: 4_500 },
  },
  random: {
    group: "everything",
    label: "Cut every 2 s",
    explanation: "Every connection is reset after a random time, 2 s on average. The same session is back at once.",
    change: { randomCutMs: 2_000 },
  },
  portal: {
    group: "everything",
    label: "Captive portal",
    explanation: "Every request is answered with a page that wants a login. The session waits until that is gone.",
    change: { captivePortal: true },
    strikes: "all",
  },
  away: {
    group: "moments",
    label: "Server away, 10 s",
    explanation: "Nothing is reached by anything. No transport is blamed: the session comes back over the same one.",
    change: { down: true },
    strikes: "all",
    lastsMs: 10_000,
  },
  block: {
    group: "moments",
    label: "WebSocket blocked for 30 s",
    explanation: "WebSocket is refused, then works again. The session moves back within a minute, without a gap.",
    change: { upgrade: { refuse: 403 } },
    strikes: "websockets",
    lastsMs: 30_000,
  },
} as const satisfies Record<string, Sky>;

export type SkyId = keyof typeof skies;

interface Bolt {
  readonly label: string;
  readonly explanation: string;
}

/** What happens once. */
export const bolts = {
  cut: {
    label: "Cut all now",
    explanation: "Resets every connection of every tab. The same sessions are back at once.",
  },
  network: {
    label: "Change network",
    explanation:
      "Old connections become black holes; new ones work. The browser says that it is online, and they move.",
  },
  restart: {
    label: "Restart server",
    explanation: "Kills the process, and all sessions with it. New ones begin; what was not confirmed is handed back.",
  },
  clear: { label: "Clear sky", explanation: "Switches all weather off. WebSocket takes the sessions back." },
} as const satisfies Record<string, Bolt>;

export type BoltId = keyof typeof bolts;

export const skyIds: readonly SkyId[] = Object.keys(skies) as SkyId[];

export function isSkyId(value: unknown): value is SkyId {
  return typeof value === "string" && Object.hasOwn(skies, value);
}

export function isBoltId(value: unknown): value is BoltId {
  return typeof value === "string" && Object.hasOwn(bolts, value);
}

/** The whole name, as `Refused (403)`. */
export function skyName(id: SkyId): string {
  const { label, choice }: Sky = skies[id];
  return choice === undefined ? label : `${label} (${choice})`;
}

/** The skies that are on after one was switched. What sets the same at the proxy cannot go together. */
export function switchSky(active: readonly SkyId[], id: SkyId, on: boolean): SkyId[] {
  if (!on) return active.filter((one) => one !== id);
  const { isAboutHttp }: Sky = skies[id];
  const others = active.filter((one) => one !== id && !fields(one).some((field) => fields(id).includes(field)));
  const wanted = new Set<SkyId>([...others, id]);
  if (isAboutHttp && !others.some(isAboutWebSocket)) wanted.add("refuse403");
  return skyIds.filter((one) => wanted.has(one));
}

function isAboutWebSocket(id: SkyId): boolean {
  return (["upgrade", "starve", "killAfterMs"] as const).some((field) => fields(id).includes(field));
}

function fields(id: SkyId): readonly string[] {
  return Object.keys(skies[id].change);
}
