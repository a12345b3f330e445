// How a seed decides what goes wrong in a run, by profile: `general` has everything at once, most others one thing only,
// so that what follows from it can be judged more strictly.

import type { Random } from "../random.ts";
import {
  type Absence,
  type Faults,
  faultless,
  type Habit,
  healthy,
  kinds,
  mapKinds,
  type NetworkChange,
  noExchangeFaults,
  type Spell,
} from "./faults.ts";

/**
 * `calm`: no faults. `single`: one. `general`: everything at once. `capture`: roads that answer and carry nothing. `once`:
 * the better roads answer, and that is all. `ghost`: late and doubled dials. `quiet`: what is quiet is cut. `narrow`: large
 * bodies are refused. `refusing`: up to half of all requests are answered with 502, or all of them for a moment. `page`: it
 * hides, freezes, and is left. `moving`: the network changes. `draining`: the server asks its clients to leave.
 */
export type Profile =
  | "calm"
  | "single"
  | "general"
  | "capture"
  | "once"
  | "ghost"
  | "quiet"
  | "narrow"
  | "refusing"
  | "page"
  | "moving"
  | "draining";

/** How long things go wrong. */
export const chaosMs: Record<Profile, number> = {
  calm: 16_000,
  single: 16_000,
  general: 16_000,
  capture: 16_000,
  once: 16_000,
  ghost: 16_000,
  quiet: 60_000,
  narrow: 16_000,
  refusing: 16_000,
  page: 75_000,
  moving: 30_000,
  draining: 16_000,
};

/** The names of all sorts of trouble that `simulate` knows. */
export const profiles = Object.keys(chaosMs) as readonly Profile[];

const absenceSorts = ["hidden", "frozen", "asleep", "elsewhere"] as const;

/** All faults fall into the profile's `chaosMs`. */
export function drawFaults(random: Random, profile: Profile): Faults {
  const untilMs = chaosMs[profile];
  const latencyMs = random.int(3, random.chance(0.2) ? 210 : 60);
  const base: Habit = { ...healthy, latencyMs, jitterMs: random.int(0, 50) };
  const none = faultless(mapKinds(() => base));
  switch (profile) {
    case "calm":
      return none;
    case "single":
      return single(
        random,
        random.chance(0.5) ? { ...none, silences: [quietFrom(random.int(1_000, untilMs))] } : none,
        untilMs,
      );
    case "capture": {
      // One clean road; the others answer and then carry nothing, or one way only.
      const clean = random.pick(kinds);
      return {
        ...none,
        habits: mapKinds((kind) => (kind === clean ? base : { ...base, ...sickness(random, untilMs) })),
      };
    }
    case "once": {
      const once = { ...base, starvesAfter: 1 };
      return { ...none, habits: { ...none.habits, websocket: once, streaming: random.chance(0.5) ? once : base } };
    }
    case "ghost":
      return {
        ...none,
        exchanges: { ...noExchangeFaults, requestLost: 0.15, responseLost: 0.3, shown: 0.5, doubled: 0.3, late: 0.3 },
        cutsMs: times(random, 4, untilMs),
        // Early, while dials from zero are still on their way.
        closesMs: random.chance(0.5) ? times(random, 1, 1_000) : [],
        restartsMs: random.chance(0.2) ? times(random, 1, untilMs) : [],
      };
    case "quiet":
      return { ...none, habits: impatient(random, base), silences: silences(random, untilMs) };
    case "narrow":
      return narrow(random, none, untilMs);
    case "refusing":
      return {
        ...none,
        habits: { ...none.habits, websocket: random.chance(0.7) ? { ...base, dial: "refused" } : base },
        exchanges: { ...noExchangeFaults, refused: random.chance(0.5) ? random.next() * 0.5 : 0 },
        spells: times(random, random.int(0, 4), untilMs).map((fromMs) => ({
          fromMs,
          toMs: fromMs + random.int(100, 600),
          kinds,
          sort: "refusal",
          directions: ["up"],
        })),
      };
    case "page":
      return page(random, none, untilMs);
    case "moving":
      return moving(random, none);
    case "draining":
      return {
        ...none,
        habits: { ...none.habits, websocket: random.chance(0.5) ? { ...base, dial: "refused" } : base },
        redirects: times(random, random.int(1, 3), untilMs).map((atMs) => ({ atMs, withinMs: random.int(0, 4_000) })),
        cutsMs: times(random, random.chance(0.5) ? 10 : 0, untilMs),
      };
    case "general":
      return general(random, base, untilMs);
  }
}

function single(random: Random, none: Faults, untilMs: number): Faults {
  switch (random.int(0, 4)) {
    case 0:
      return { ...none, cutsMs: times(random, 1, untilMs) };
    case 1:
      return { ...none, spells: [spell(random, untilMs)] };
    case 2: {
      const sick = random.pick(kinds);
      return {
        ...none,
        habits: mapKinds((kind) => ({ ...none.habits[kind], ...(kind === sick ? sickness(random, untilMs) : {}) })),
      };
    }
    case 3:
      return { ...none, exchanges: { ...noExchangeFaults, responseLost: 0.1, requestLost: 0.1, shown: random.next() } };
    default: {
      const atMs = random.int(1_000, untilMs);
      const cutsMs = random.chance(0.5) ? [atMs - 20] : [];
      return { ...none, cutsMs, sleepMs: [{ atMs, forMs: random.int(1_000, random.chance(0.5) ? 15_000 : 90_000) }] };
    }
  }
}

function narrow(random: Random, none: Faults, untilMs: number): Faults {
  // Beside the largest message a body has to name its session.
  const mostBodyBytes = random.int(1_500, 6_000);
  const habits = mapKinds((kind) => ({
    ...none.habits[kind],
    latencyMs: Math.min(60, none.habits[kind].latencyMs),
    ...(kind === "websocket" ? (random.chance(0.8) ? { dial: "refused" as const } : {}) : { mostBodyBytes }),
  }));
  return {
    ...none,
    habits,
    messageBytes: random.int(10, 500),
    // The first message tells the server whose session it is.
    hugeMs: random.chance(0.3) ? times(random, 1, untilMs).map((atMs) => atMs + 1_000) : [],
    hugeBytes: mostBodyBytes + random.int(0, 20_000),
  };
}

function page(random: Random, none: Faults, untilMs: number): Faults {
  const absences: Absence[] = [];
  for (let atMs = random.int(0, 10_000); atMs < untilMs; ) {
    const forMs = random.chance(0.3) ? random.int(20_000, 60_000) : random.int(100, 10_000);
    absences.push({ atMs, forMs, sort: random.pick(absenceSorts) });
    atMs += forMs + random.int(100, 20_000);
  }
  return { ...none, absences, leavesMs: random.chance(0.5) ? times(random, random.int(1, 3), untilMs) : [] };
}

function moving(random: Random, none: Faults): Faults {
  const habits = { ...none.habits };
  // Every kind gets its turn as the best that works.
  const best = random.int(0, 2);
  for (const kind of kinds.slice(0, best)) habits[kind] = { ...habits[kind], dial: "refused" };
  // The second follows when everything that the first changed has been judged.
  const changeMs = [random.int(500, 8_000), random.int(19_000, 25_000)];
  const networkChanges = changeMs.map((atMs) => ({ atMs, toldAfterMs: random.int(0, 1_000) }));
  return {
    ...none,
    habits,
    networkChanges,
    silences: random.chance(0.5) ? changeMs.map((atMs) => ({ fromMs: atMs - 500, toMs: atMs + 7_000 })) : [],
    wakesMs: times(random, random.int(0, 3), chaosMs.moving),
  };
}

function general(random: Random, base: Habit, untilMs: number): Faults {
  const isImpatient = random.chance(0.2);
  const mostBodyBytes = random.chance(0.1) ? random.int(1_500, 6_000) : Number.POSITIVE_INFINITY;
  const changes: NetworkChange[] = times(random, random.chance(0.2) ? random.int(1, 2) : 0, untilMs).map((atMs) => ({
    atMs,
    toldAfterMs: random.int(0, 3_000),
  }));
  return {
    ...faultless(
      mapKinds(() => ({
        ...base,
        ...(random.chance(0.45) ? sickness(random, untilMs) : {}),
        ...(isImpatient ? { cutsQuietMs: random.int(3_100, 5_500) } : {}),
        mostBodyBytes,
      })),
    ),
    exchanges: {
      requestLost: random.next() * 0.1,
      responseLost: random.next() * 0.1,
      shown: random.next(),
      doubled: random.next() * 0.1,
      late: random.next() * 0.1,
      refused: random.chance(0.3) ? random.next() * 0.3 : 0,
    },
    silences: random.chance(0.3) ? [quietFrom(random.int(1_000, untilMs))] : [],
    spells: Array.from({ length: random.int(0, 4) }, () => spell(random, untilMs)),
    cutsMs: times(random, random.int(0, 6), untilMs),
    closesMs: random.chance(0.1) ? times(random, 1, untilMs) : [],
    restartsMs: random.chance(0.1) ? times(random, 1, untilMs) : [],
    sleepMs: random.chance(0.2) ? [{ atMs: random.int(0, untilMs), forMs: random.int(1_000, 20_000) }] : [],
    absences: random.chance(0.1)
      ? [{ atMs: random.int(0, untilMs), forMs: random.int(100, 10_000), sort: random.pick(absenceSorts) }]
      : [],
    leavesMs: random.chance(0.1) ? times(random, 1, untilMs) : [],
    wakesMs: times(random, random.chance(0.3) ? random.int(1, 5) : 0, untilMs),
    networkChanges: changes,
    redirects: random.chance(0.1) ? [{ atMs: random.int(0, untilMs), withinMs: random.int(0, 3_000) }] : [],
  };
}

/** One proxy for all, or one for each kind. None is so impatient that a talk with pauses is cut. */
function impatient(random: Random, base: Habit): Faults["habits"] {
  const oneForAll = random.chance(0.5);
  const cutsQuietMs = random.int(3_100, 5_500);
  const refusedWebSocket = random.chance(0.5);
  const refusedStream = random.chance(0.5);
  return mapKinds((kind) => {
    const isRefused = (kind === "websocket" && refusedWebSocket) || (kind === "streaming" && refusedStream);
    return {
      ...base,
      dial: isRefused ? "refused" : "works",
      cutsQuietMs: oneForAll ? cutsQuietMs : random.int(3_100, 5_500),
      quietStatus: random.chance(0.5) ? 504 : undefined,
    };
  });
}

function silences(random: Random, untilMs: number): { fromMs: number; toMs: number }[] {
  const silences: { fromMs: number; toMs: number }[] = [];
  for (let fromMs = random.int(500, 4_000); fromMs < untilMs; ) {
    const toMs = fromMs + random.int(4_000, 20_000);
    silences.push({ fromMs, toMs });
    fromMs = toMs + random.int(100, 4_000);
  }
  return silences;
}

function quietFrom(fromMs: number): { fromMs: number; toMs: number } {
  return { fromMs, toMs: Number.POSITIVE_INFINITY };
}

function sickness(random: Random, untilMs: number): Partial<Habit> {
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
      return { killedAfterMs: random.int(50, Math.max(100, untilMs / 4)) };
    default:
      return { buffers: true };
  }
}

function spell(random: Random, untilMs: number): Spell {
  const fromMs = random.int(0, untilMs);
  const all = random.chance(0.3);
  return {
    fromMs,
    toMs: Math.min(untilMs, fromMs + random.int(300, 15_000)),
    kinds: all ? kinds : [random.pick(kinds)],
    sort: random.pick(["hole", "stall"]),
    directions: random.pick([["up", "down"], ["up"], ["down"]]),
  };
}

function times(random: Random, count: number, untilMs: number): number[] {
  return Array.from({ length: count }, () => random.int(0, untilMs)).sort((a, b) => a - b);
}
