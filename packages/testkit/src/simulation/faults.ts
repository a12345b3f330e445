// What can go wrong on the simulated roads, and how a seed decides it. Two sorts: what a road of one kind does to every
// connection for good (a proxy on the way), and what happens to all of them for a while (the weather).

import type { Random } from "../random.ts";

export type Kind = "websocket" | "streaming" | "polling";
export const kinds: readonly Kind[] = ["websocket", "streaming", "polling"];

export type Direction = "up" | "down";

/** What a road of one kind does to each of its connections. */
export interface Habit {
  /** The dial is refused, or never answered. */
  readonly dial: "works" | "refused" | "swallowed";
  /** After the handshake nothing gets through in these directions. */
  readonly deaf: readonly Direction[];
  /** After so many packets in a direction nothing more gets through there. */
  readonly starvesAfter: number;
  /** Every connection is cut at this age. */
  readonly killedAfterMs: number;
  /** A streamed response reaches the client only when it is complete. */
  readonly buffers: boolean;
  readonly latencyMs: number;
  readonly jitterMs: number;
}

/** What happens to HTTP exchanges, each with its probability. */
export interface ExchangeFaults {
  readonly requestLost: number;
  readonly responseLost: number;
  /** Whether a loss shows as an error; else only the time limit tells. */
  readonly shown: number;
  readonly doubled: number;
  readonly late: number;
}

/** A time in which something is wrong with all roads of the named kinds. */
export interface Spell {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kinds: readonly Kind[];
  /** `hole`: packets vanish. `stall`: they arrive when it is over. */
  readonly sort: "hole" | "stall";
  readonly directions: readonly Direction[];
}

export interface Faults {
  readonly habits: Record<Kind, Habit>;
  readonly exchanges: ExchangeFaults;
  readonly spells: readonly Spell[];
  /** When both sides fall silent: then nothing but the heartbeat notices a dead road. */
  readonly quietMs: number;
  /** When living connections are cut. */
  readonly cutsMs: readonly number[];
  /** When the application closes its session and begins another. */
  readonly closesMs: readonly number[];
  /** When the server is restarted without its memory. */
  readonly restartsMs: readonly number[];
  /** When the clock jumps because the client's machine slept, and for how long. */
  readonly sleepMs: readonly { readonly atMs: number; readonly forMs: number }[];
}

/** How rough a run is. `calm`: no faults. `single`: one. `general`: everything at once. `ghost`: late and doubled dials. */
export type Profile = "calm" | "single" | "general" | "capture" | "ghost";
export const profiles: readonly Profile[] = ["calm", "single", "general", "capture", "ghost"];

const healthy: Habit = {
  dial: "works",
  deaf: [],
  starvesAfter: Number.POSITIVE_INFINITY,
  killedAfterMs: Number.POSITIVE_INFINITY,
  buffers: false,
  latencyMs: 20,
  jitterMs: 0,
};

const noExchangeFaults: ExchangeFaults = { requestLost: 0, responseLost: 0, shown: 1, doubled: 0, late: 0 };

/** All faults fall into the first `chaosMs` of a run. */
export function drawFaults(random: Random, profile: Profile, chaosMs: number): Faults {
  const latencyMs = random.int(3, random.chance(0.2) ? 210 : 60);
  const base = { ...healthy, latencyMs, jitterMs: random.int(0, 50) };
  const none: Faults = {
    habits: { websocket: base, streaming: base, polling: base },
    exchanges: noExchangeFaults,
    spells: [],
    quietMs: chaosMs,
    cutsMs: [],
    closesMs: [],
    restartsMs: [],
    sleepMs: [],
  };
  switch (profile) {
    case "calm":
      return none;
    case "single":
      return single(random, random.chance(0.5) ? { ...none, quietMs: random.int(1_000, chaosMs) } : none, chaosMs);
    case "capture": {
      // One clean road; the others answer and then carry nothing, or one way only.
      const clean = random.pick(kinds);
      return {
        ...none,
        habits: mapKinds((kind) => (kind === clean ? base : { ...base, ...sickness(random, chaosMs) })),
      };
    }
    case "ghost":
      return {
        ...none,
        exchanges: { requestLost: 0.15, responseLost: 0.3, shown: 0.5, doubled: 0.3, late: 0.3 },
        cutsMs: times(random, 4, chaosMs),
        // Early, while dials from zero are still on their way.
        closesMs: random.chance(0.5) ? times(random, 1, 1_000) : [],
        restartsMs: random.chance(0.2) ? times(random, 1, chaosMs) : [],
      };
    case "general":
      return {
        habits: mapKinds(() => (random.chance(0.45) ? { ...base, ...sickness(random, chaosMs) } : base)),
        exchanges: {
          requestLost: random.next() * 0.1,
          responseLost: random.next() * 0.1,
          shown: random.next(),
          doubled: random.next() * 0.1,
          late: random.next() * 0.1,
        },
        quietMs: random.chance(0.3) ? random.int(1_000, chaosMs) : chaosMs,
        spells: Array.from({ length: random.int(0, 4) }, () => spell(random, chaosMs)),
        cutsMs: times(random, random.int(0, 6), chaosMs),
        closesMs: random.chance(0.1) ? times(random, 1, chaosMs) : [],
        restartsMs: random.chance(0.1) ? times(random, 1, chaosMs) : [],
        sleepMs: random.chance(0.2) ? [{ atMs: random.int(0, chaosMs), forMs: random.int(1_000, 20_000) }] : [],
      };
  }
}

function single(random: Random, none: Faults, chaosMs: number): Faults {
  switch (random.int(0, 4)) {
    case 0:
      return { ...none, cutsMs: times(random, 1, chaosMs) };
    case 1:
      return { ...none, spells: [spell(random, chaosMs)] };
    case 2: {
      const sick = random.pick(kinds);
      const { latencyMs } = none.habits.websocket;
      return {
        ...none,
        habits: mapKinds((kind) => ({
          ...none.habits[kind],
          ...(kind === sick ? sickness(random, chaosMs) : {}),
          latencyMs,
        })),
      };
    }
    case 3:
      return { ...none, exchanges: { ...noExchangeFaults, responseLost: 0.1, requestLost: 0.1, shown: random.next() } };
    default:
      return { ...none, sleepMs: [{ atMs: random.int(0, chaosMs), forMs: random.int(1_000, 15_000) }] };
  }
}

function sickness(random: Random, chaosMs: number): Partial<Habit> {
  switch (random.int(0, 6)) {
    case 0:
      return { dial: "refused" };
    case 1:
      return { dial: "swallowed" };
    case 2:
      return { deaf: ["up"] };
    case 3:
      return { deaf: ["down"] };
    case 4:
      return { starvesAfter: random.int(1, 14) };
    case 5:
      return { killedAfterMs: random.int(50, Math.max(100, chaosMs / 4)) };
    default:
      return { buffers: true };
  }
}

function spell(random: Random, chaosMs: number): Spell {
  const fromMs = random.int(0, chaosMs);
  const all = random.chance(0.3);
  return {
    fromMs,
    toMs: Math.min(chaosMs, fromMs + random.int(300, 15_000)),
    kinds: all ? kinds : [random.pick(kinds)],
    sort: random.pick(["hole", "stall"]),
    directions: random.pick([["up", "down"], ["up"], ["down"]]),
  };
}

function times(random: Random, count: number, chaosMs: number): number[] {
  return Array.from({ length: count }, () => random.int(0, chaosMs)).sort((a, b) => a - b);
}

function mapKinds(habit: (kind: Kind) => Habit): Record<Kind, Habit> {
  return { websocket: habit("websocket"), streaming: habit("streaming"), polling: habit("polling") };
}
