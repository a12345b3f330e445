// What can go wrong on the simulated roads. Three sorts: what a road of one kind does to every connection for good (a
// proxy on the way), what happens to all of them for a while (the weather), and what page, network and server do.
// Not here: how a seed decides it (profiles).

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
  /** A connection is cut when nothing moved for so long: either way, down a response, or since a poll began. */
  readonly cutsQuietMs: number;
  /** The status that such a poll is answered with; without one its connection just ends. */
  readonly quietStatus: number | undefined;
  /** The body of a request that is larger is refused with 413. */
  readonly mostBodyBytes: number;
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
  /** Somebody answers with 502 in the server's place, before it got the request or after. */
  readonly refused: number;
}

/** A time in which something is wrong with all roads of the named kinds. */
export interface Spell {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kinds: readonly Kind[];
  /** `hole`: packets vanish. `stall`: they arrive when it is over. `refusal`: requests are answered with 502. */
  readonly sort: "hole" | "stall" | "refusal";
  readonly directions: readonly Direction[];
}

/**
 * A page is away for a while. `hidden`: it gives up its connections. `frozen`: and does not run. `asleep`: it does not run
 * and was not told, as when a laptop is closed; `elsewhere`: and is opened again in another network.
 */
export interface Absence {
  readonly atMs: number;
  readonly forMs: number;
  readonly sort: "hidden" | "frozen" | "asleep" | "elsewhere";
}

/** The network changes: what lives becomes a black hole, what is dialled from then on works. */
export interface NetworkChange {
  readonly atMs: number;
  /** How long after it the platform says so. */
  readonly toldAfterMs: number;
}

export interface Faults {
  readonly habits: Record<Kind, Habit>;
  readonly exchanges: ExchangeFaults;
  readonly spells: readonly Spell[];
  /** Times in which neither side says anything: then nothing but the heartbeat notices a dead road. */
  readonly silences: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Messages have up to so many bytes. */
  readonly messageBytes: number;
  /** When the client says something of so many bytes. */
  readonly hugeMs: readonly number[];
  readonly hugeBytes: number;
  /** When living connections are cut. */
  readonly cutsMs: readonly number[];
  /** When the application closes its session and begins another. */
  readonly closesMs: readonly number[];
  /** When the server is restarted without its memory. */
  readonly restartsMs: readonly number[];
  /** When the clock jumps because both machines slept, and for how long. */
  readonly sleepMs: readonly { readonly atMs: number; readonly forMs: number }[];
  readonly absences: readonly Absence[];
  /** When the page is left for good, with last words. */
  readonly leavesMs: readonly number[];
  /** When the platform says that something may have changed, although nothing has. */
  readonly wakesMs: readonly number[];
  readonly networkChanges: readonly NetworkChange[];
  /** When the server asks its clients to leave, within so long. */
  readonly redirects: readonly { readonly atMs: number; readonly withinMs: number }[];
}

export const healthy: Omit<Habit, "latencyMs" | "jitterMs"> = {
  dial: "works",
  deaf: [],
  starvesAfter: Number.POSITIVE_INFINITY,
  killedAfterMs: Number.POSITIVE_INFINITY,
  buffers: false,
  cutsQuietMs: Number.POSITIVE_INFINITY,
  quietStatus: undefined,
  mostBodyBytes: Number.POSITIVE_INFINITY,
};

export const noExchangeFaults: ExchangeFaults = {
  requestLost: 0,
  responseLost: 0,
  shown: 1,
  doubled: 0,
  late: 0,
  refused: 0,
};

/** Roads as they are, and nothing else that goes wrong. */
export function faultless(habits: Record<Kind, Habit>): Faults {
  return {
    habits,
    exchanges: noExchangeFaults,
    spells: [],
    silences: [],
    messageBytes: 0,
    hugeMs: [],
    hugeBytes: 0,
    cutsMs: [],
    closesMs: [],
    restartsMs: [],
    sleepMs: [],
    absences: [],
    leavesMs: [],
    wakesMs: [],
    networkChanges: [],
    redirects: [],
  };
}

/** Whether a road of this habit carries everything in the end: limits that can be learnt are no sickness. */
export function isFit({ dial, deaf, starvesAfter, killedAfterMs, buffers }: Habit): boolean {
  return (
    dial === "works" &&
    deaf.length === 0 &&
    starvesAfter === Number.POSITIVE_INFINITY &&
    killedAfterMs === Number.POSITIVE_INFINITY &&
    !buffers
  );
}

export function mapKinds(habit: (kind: Kind) => Habit): Record<Kind, Habit> {
  return { websocket: habit("websocket"), streaming: habit("streaming"), polling: habit("polling") };
}
