// One simulated world: a client and a server talk through a hostile network for a while, then the weather clears up and
// everything has to be where it belongs. Throws the moment it is not.

import {
  ClientSession,
  type Connection,
  type ConnectionListener,
  checkTerms,
  Driver,
  type Ending,
  type MessageData,
  type Packet,
  Registry,
  ServerSession,
  type Terms,
} from "@wireway/protocol";
import { FakeClock } from "../fake-clock.ts";
import { Random } from "../random.ts";
import { Dialler } from "./dialler.ts";
import { drawFaults, type Faults, kinds, type Profile } from "./faults.ts";
import { History, Violation } from "./history.ts";
import { type Doors, Network, type PendingAnswer } from "./network.ts";

const simulationTerms: Terms = checkTerms({
  pingIntervalMs: 6_000,
  pingTimeoutMs: 1_500,
  confirmDelayMs: 1_000,
  resumeWindowMs: 30_000,
});

const chaosMs = 16_000;
/** Longest time from clear weather to everything delivered: silence is noticed, a pause is waited for, a road is dialled. */
const recoveryMs = 24_000;
const maxUnconfirmedBytes = 1_000_000;

export interface RunReport {
  readonly messages: number;
  readonly transmissions: number;
  readonly sessions: number;
  readonly moves: number;
  /** Longest time that either side waited for the next confirmation while something was unconfirmed. */
  readonly waitedMs: number;
}

export class World implements Doors {
  readonly clock: FakeClock = new FakeClock();
  readonly #trace: ((line: string) => void) | undefined;
  readonly history: History = new History();
  readonly #random: Random;
  readonly #network: Network;
  readonly #faults: Faults;
  readonly #serverNames = new Map<ServerSession, string>();
  #registry: Registry;
  #client!: Driver<ClientSession>;
  #clientName = "";
  #dialler!: Dialler;
  #sessions = 0;
  #served = 0;
  #moves = 0;
  #waitedMs = 0;
  readonly #epochs = new WeakMap<object, number>();
  readonly #progress = new WeakMap<object, { acked: number; atMs: number }>();
  #chaos = true;
  /** Servers that were restarted: what reaches them now is nobody's business. */
  generation = 0;

  constructor(seed: number, profile: Profile, trace?: (line: string) => void) {
    this.#trace = trace;
    const random = new Random(seed);
    this.#random = random.fork();
    this.#faults = drawFaults(random.fork(), profile, chaosMs);
    this.#network = new Network({
      clock: this.clock,
      random: random.fork(),
      faults: this.#faults,
      server: () => this,
      watch: (writer, connection, packets) => {
        this.#tell(
          () =>
            `${writer} writes on ${connection.transport}: ${packets.map(({ type, data }) => `${type} ${data}`).join(" | ")}`,
        );
        this.history.wrote(connection, packets);
      },
    });
    this.#registry = this.#startServer();
  }

  run(): RunReport {
    const { clock } = this;
    this.#startClient();
    for (const atMs of this.#faults.cutsMs) clock.after(atMs, () => this.#network.cutAll());
    for (const atMs of this.#faults.closesMs) clock.after(atMs, () => this.#client.close("closed"));
    for (const atMs of this.#faults.restartsMs) clock.after(atMs, () => this.#restart());
    let sleeps = [...this.#faults.sleepMs];
    this.#talk();
    for (let now = 0; now < chaosMs; now = clock.now()) {
      const sleep = sleeps.find(({ atMs }) => atMs <= now);
      if (sleep) {
        sleeps = sleeps.filter((other) => other !== sleep);
        clock.jump(sleep.forMs);
      } else clock.advance(50);
      this.#check();
    }
    this.#chaos = false;
    // Roads that are sick for good stay so; one of them at least has to be fit to carry anything.
    const { habits } = this.#faults;
    const fit = kinds.some((kind) => isClean(habits[kind]));
    this.#network.parts.faults = {
      habits: fit ? habits : { ...habits, polling: { ...habits.polling, ...cleanHabit } },
      exchanges: { requestLost: 0, responseLost: 0, shown: 1, doubled: 0, late: 0 },
      spells: [],
      quietMs: 0,
      cutsMs: [],
      closesMs: [],
      restartsMs: [],
      sleepMs: [],
    };
    const clearAt = clock.now();
    while (!this.#settled()) {
      if (clock.now() - clearAt > recoveryMs) throw new Violation(`not settled in clear weather: ${this.#describe()}`);
      clock.advance(100);
      this.#check();
    }
    const { messages, transmissions } = this.history;
    return { messages, transmissions, sessions: this.#sessions, moves: this.#moves, waitedMs: this.#waitedMs };
  }

  accept(connection: Connection, packets: readonly Packet[]): ConnectionListener | undefined {
    const accepted = this.#registry.accept(connection, packets);
    if ("listener" in accepted) return this.#ofThisServer(accepted.listener);
    connection.send([accepted.refusal], 0);
    connection.close("unknown_session");
    return undefined;
  }

  request(packets: readonly Packet[], poll: PendingAnswer | undefined): readonly Packet[] | undefined {
    const { answer, road } = this.#registry.request(packets);
    if (!poll || !road) return answer;
    this.#network.poll(road.connection, poll, answer);
    return undefined;
  }

  /** A connection of a server that is gone reports to nobody. */
  #ofThisServer(listener: ConnectionListener): ConnectionListener {
    const generation = this.generation;
    const here = (): boolean => this.generation === generation;
    return {
      received: (packets) => here() && listener.received(packets),
      settled: (request, answer) => here() && listener.settled(request, answer),
      closed: (cause) => here() && listener.closed(cause),
    };
  }

  #startServer(): Registry {
    const registry = new Registry({ clock: this.clock, create: () => this.#createServerSession(registry) });
    return registry;
  }

  #createServerSession(registry: Registry): Driver<ServerSession> {
    const name = `served${++this.#served}`;
    const options = {
      id: pad(`i${this.#served}`),
      token: pad(`t${this.#served}`),
      terms: simulationTerms,
      maxUnconfirmedBytes,
    };
    const session = new ServerSession(options, this.clock.now());
    const driver: Driver<ServerSession> = new Driver(session, this.clock, {
      message: (data) => {
        this.history.delivered(name, data, "up");
        if (!this.#serverNames.has(session)) this.#serverNames.set(session, String(data).split("/")[0] ?? "");
      },
      changed: () => {
        this.#tell(() => `server is on ${session.current?.connection.transport} epoch ${session.current?.epoch}`);
        this.#checkEpoch(session);
      },
      lost: (road, { reason }) =>
        this.#tell(() => `server lost ${road.connection.transport} epoch ${road.epoch}: ${reason}`),
      redirected: () => undefined,
      ended: (over) => {
        registry.forget(driver, over);
        this.#ended(this.#serverNames.get(session), over);
      },
    });
    this.#driver.set(session, driver);
    return driver;
  }

  readonly #driver = new Map<ServerSession, Driver<ServerSession>>();

  #startClient(): void {
    const name = `c${++this.#sessions}`;
    this.#clientName = name;
    const dialler: Dialler = new Dialler(this.clock, this.#random.fork(), (kind, listener) =>
      this.#network.dial(kind, listener),
    );
    const session = new ClientSession(
      {
        nonce: pad(`n${this.#sessions}-${this.#random.uint32()}`),
        maxUnconfirmedBytes,
        score: (kind) => dialler.score(kind),
      },
      this.clock.now(),
    );
    const driver: Driver<ClientSession> = new Driver(session, this.clock, {
      message: (data: MessageData) => this.history.delivered(name, data, "down"),
      changed: () => {
        this.#moves++;
        this.#checkEpoch(session);
        this.#tell(
          () =>
            `client is on ${session.current?.connection.transport} epoch ${session.current?.epoch} proven ${session.current?.proven}`,
        );
        dialler.changed();
      },
      lost: (road, { reason }) => {
        this.#tell(() => `client lost ${road.connection.transport} epoch ${road.epoch}: ${reason}`);
        dialler.lost(road, reason);
      },
      redirected: () => undefined,
      ended: (over) => {
        dialler.stop();
        this.#ended(name, over);
        this.history.over(name);
        this.#startClient();
      },
    });
    this.#client = driver;
    this.#dialler = dialler;
    // The first message tells the server whose session it is.
    driver.send(this.history.next(name, "up"));
    dialler.start(driver);
  }

  /** A session may end only for a reason that the faults explain. */
  #ended(name: string | undefined, { reason, message }: Ending): void {
    const restarted = this.#faults.restartsMs.length > 0;
    const slept = this.#faults.sleepMs.length > 0;
    if (reason === "unknown_session" && restarted) return;
    if (reason === "closed" && this.#faults.closesMs.length > 0) return;
    if (reason === "expired" && (restarted || slept || name === undefined || !this.history.settled(name))) {
      if (restarted || slept || name === undefined) return;
    }
    // A ghost: a late dial from zero whose session the client never heard of, or left behind.
    if (reason === "expired" && name !== this.#clientName) return;
    throw new Violation(`session ${name} ended: ${reason} (${message})`);
  }

  #restart(): void {
    if (this.#client.session.id === undefined) {
      // The stated limit of the first flight (docs/protocol.md): a session that was not answered yet would begin again.
      this.clock.after(50, () => this.#restart());
      return;
    }
    this.generation++;
    this.#driver.clear();
    this.#registry = this.#startServer();
    this.#network.cutAll();
  }

  /** Both sides emit, in bursts now and then, as long as the chaos lasts. */
  #talk(): void {
    if (!this.#chaos || this.clock.now() >= this.#faults.quietMs) return;
    const burst = this.#random.chance(0.02) ? 60 : 1;
    for (let count = 0; count < burst; count++) {
      if (this.#random.chance(0.5)) this.#client.send(this.history.next(this.#clientName, "up"));
      else this.#serverEmit();
    }
    this.clock.after(this.#random.int(1, 80), () => this.#talk());
  }

  #serverEmit(): void {
    for (const [session, driver] of this.#driver) {
      if (session.state !== "open" || this.#serverNames.get(session) !== this.#clientName) continue;
      driver.send(this.history.next(this.#clientName, "down"));
    }
  }

  /** A session never moves back to a connection that was accepted before the one that it left. */
  #checkEpoch(session: ClientSession | ServerSession): void {
    const { current } = session;
    if (!current) return;
    const before = this.#epochs.get(session) ?? 0;
    if (current.epoch < before) throw new Violation(`moved back from epoch ${before} to ${current.epoch}`);
    this.#epochs.set(session, current.epoch);
  }

  #check(): void {
    const { outbox } = this.#client.session.ledger;
    if (outbox.acked > this.history.deliveredOf(this.#clientName, "up"))
      throw new Violation("confirmed, but never delivered");
    for (const { ledger } of [this.#client.session, ...this.#driver.keys()]) {
      if (ledger.outbox.bytes > maxUnconfirmedBytes) throw new Violation(`outbox holds ${ledger.outbox.bytes} bytes`);
      const { acked, length } = ledger.outbox;
      const progress = this.#progress.get(ledger);
      if (progress && progress.acked === acked && length > 0)
        this.#waitedMs = Math.max(this.#waitedMs, this.clock.now() - progress.atMs);
      else this.#progress.set(ledger, { acked, atMs: this.clock.now() });
    }
  }

  #serving(): ServerSession | undefined {
    for (const session of this.#driver.keys()) {
      if (session.state === "open" && this.#serverNames.get(session) === this.#clientName) return session;
    }
    return undefined;
  }

  /** Everything is delivered and confirmed, and both ends mean the same connection. */
  #settled(): boolean {
    const client = this.#client.session;
    const server = this.#serving();
    if (!server || !client.settledOn || !this.#network.carries(client.settledOn.connection)) return false;
    if (client.ledger.outbox.length > 0 || server.ledger.outbox.length > 0) return false;
    return this.history.settled(this.#clientName) && server.current?.epoch === client.current?.epoch;
  }

  #tell(line: () => string): void {
    this.#trace?.(`${this.clock.now()} ms ${line()}`);
  }

  #describe(): string {
    const client = this.#client.session;
    const server = this.#serving();
    const road = client.current;
    const { habits } = this.#network.parts.faults;
    return [
      this.history.describe(this.#clientName),
      `client ${client.state} on ${road?.connection.transport} epoch ${road?.epoch} proven ${road?.proven}, ${client.ledger.outbox.length} unconfirmed`,
      `server ${server?.state} on ${server?.current?.connection.transport} epoch ${server?.current?.epoch}, ${server?.ledger.outbox.length} unconfirmed`,
      `scores ${kinds.map((kind) => `${kind} ${this.#dialler.score(kind)}`).join(", ")}`,
      JSON.stringify(habits),
    ].join("; ");
  }
}

function isClean({ dial, deaf, starvesAfter, killedAfterMs, buffers }: Faults["habits"]["polling"]): boolean {
  return (
    dial === "works" &&
    deaf.length === 0 &&
    starvesAfter === Number.POSITIVE_INFINITY &&
    killedAfterMs === Number.POSITIVE_INFINITY &&
    !buffers
  );
}

const cleanHabit = {
  dial: "works",
  deaf: [],
  starvesAfter: Number.POSITIVE_INFINITY,
  killedAfterMs: Number.POSITIVE_INFINITY,
  buffers: false,
} as const;

/** Ids and tokens have at least 22 characters; these need not be secret. */
function pad(name: string): string {
  return name.padEnd(22, "-");
}
