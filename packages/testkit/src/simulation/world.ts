// One simulated world: a client and a server talk through a hostile network for a while, then the weather clears up and
// everything has to be where it belongs. Throws the moment it is not.

import { type ClientSession, PathLimits, type ServerSession } from "@wireway/protocol";
import { FakeClock } from "../fake-clock.ts";
import { Random } from "../random.ts";
import { type Faults, faultless, healthy, isFit, kinds } from "./faults.ts";
import { History, Violation } from "./history.ts";
import { Judge, leaveLimitMs } from "./judge.ts";
import { Network } from "./network.ts";
import { describe, Page } from "./page.ts";
import { chaosMs, drawFaults, type Profile } from "./profiles.ts";
import { pad, ServerEnd } from "./server-end.ts";

/** Longest time from clear weather to everything delivered: silence is noticed, a pause is waited for, a road is dialled. */
const recoveryMs = 24_000;
const maxUnconfirmedBytes = 1_000_000;

/** What one run came to. */
export interface RunReport {
  /** Messages that were sent. */
  readonly messages: number;
  /** How often they were sent in all. */
  readonly transmissions: number;
  /** Sessions that were begun. */
  readonly sessions: number;
  /** Moves from one connection to another. */
  readonly moves: number;
  /** Longest time that either side waited for the next confirmation while something was unconfirmed. */
  readonly waitedMs: number;
}

export class World {
  readonly clock: FakeClock = new FakeClock();
  readonly history: History = new History();
  readonly #trace: ((line: string) => void) | undefined;
  readonly #profile: Profile;
  readonly #random: Random;
  readonly #network: Network;
  readonly #faults: Faults;
  readonly #judge: Judge;
  readonly #server: ServerEnd;
  readonly #limits = new PathLimits();
  #page: Page;
  #sessions = 0;
  #moves = 0;
  #waitedMs = 0;
  readonly #epochs = new WeakMap<object, number>();
  readonly #progress = new WeakMap<object, { acked: number; atMs: number }>();
  #chaos = true;

  constructor(seed: number, profile: Profile, trace?: (line: string) => void) {
    this.#trace = trace;
    this.#profile = profile;
    const random = new Random(seed);
    this.#random = random.fork();
    this.#faults = drawFaults(random.fork(), profile);
    this.#tell(() => JSON.stringify(this.#faults));
    this.#judge = new Judge(profile, this.#faults, this.history);
    const { clock, history } = this;
    const tell = (line: () => string): void => this.#tell(line);
    const changed = (session: ClientSession | ServerSession): void => this.#checkEpoch(session);
    this.#server = new ServerEnd({
      clock,
      history,
      network: () => this.#network,
      maxUnconfirmedBytes,
      tell,
      changed,
      lost: (road, reason) => this.#judge.lost(road, reason),
      ended: (name, { ledger }, over, unconfirmed) => {
        this.#judge.ended(name, name === this.#page.name, over, unconfirmed);
        const { acked, sent } = ledger.outbox;
        if (name !== undefined) this.#judge.handedBack(name, "down", acked, sent, unconfirmed.length);
      },
    });
    this.#network = new Network({
      clock,
      random: random.fork(),
      faults: this.#faults,
      server: () => this.#server,
      watch: (writer, connection, packets) => {
        this.#tell(
          () =>
            `${writer} writes on ${connection.transport}: ${packets.map(({ type, data }) => `${type} ${data}`).join(" | ")}`,
        );
        history.wrote(connection, packets);
      },
    });
    this.#page = this.#open();
  }

  run(): RunReport {
    const { clock } = this;
    this.#schedule();
    let sleeps = [...this.#faults.sleepMs];
    this.#talk();
    for (let now = 0; now < chaosMs[this.#profile]; now = clock.now()) {
      const sleep = sleeps.find(({ atMs }) => atMs <= now);
      if (sleep) {
        sleeps = sleeps.filter((other) => other !== sleep);
        clock.jump(sleep.forMs);
      } else clock.advance(50);
      this.#check();
    }
    this.#chaos = false;
    if (this.#faults.absences.length > 0) this.#page.show("hidden");
    // Roads that are sick for good stay so; one of them at least has to be fit to carry anything.
    const { habits } = this.#faults;
    const fit = kinds.some((kind) => isFit(habits[kind]));
    this.#network.parts.faults = faultless(fit ? habits : { ...habits, polling: { ...habits.polling, ...healthy } });
    const clearAt = clock.now();
    while (!this.#settled()) {
      if (clock.now() - clearAt > recoveryMs) throw new Violation(`not settled in clear weather: ${this.#describe()}`);
      clock.advance(100);
      this.#check();
    }
    const { messages, transmissions } = this.history;
    return {
      messages,
      transmissions,
      sessions: this.#sessions,
      moves: this.#moves,
      waitedMs: this.#waitedMs,
    };
  }

  #schedule(): void {
    const { clock } = this;
    const faults = this.#faults;
    for (const atMs of faults.cutsMs) clock.after(atMs, () => this.#network.cutAll());
    for (const atMs of faults.closesMs) {
      clock.after(atMs, () => {
        this.#judge.leaves(this.#page.name);
        this.#page.close();
      });
    }
    for (const atMs of faults.restartsMs) clock.after(atMs, () => this.#restart());
    for (const atMs of faults.leavesMs) clock.after(atMs, () => this.#leave());
    for (const atMs of faults.hugeMs) clock.after(atMs, () => this.#sayHuge());
    for (const atMs of faults.wakesMs) clock.after(atMs, () => this.#page.wake());
    for (const { atMs, withinMs } of faults.redirects) clock.after(atMs, () => this.#redirect(withinMs));
    for (const { atMs, forMs, sort } of faults.absences) {
      clock.after(atMs, () => {
        const page = this.#page;
        page.hide(sort);
        if (sort === "elsewhere") this.#network.strandAll();
        clock.after(forMs, () => this.#page === page && page.show(sort));
      });
    }
    for (const { atMs, toldAfterMs } of faults.networkChanges) {
      clock.after(atMs, () => this.#network.strandAll());
      clock.after(atMs + toldAfterMs, () => this.#page.wake());
      clock.after(atMs + toldAfterMs + this.#judge.wakeMs, () => this.#judge.woken(this.#page, this.#network));
    }
  }

  #open(): Page {
    return new Page({
      clock: this.clock,
      random: this.#random.fork(),
      network: this.#network,
      history: this.history,
      limits: this.#limits,
      maxUnconfirmedBytes,
      tell: (line) => this.#tell(line),
      name: () => `c${++this.#sessions}`,
      nonce: () => pad(`n${this.#sessions}-${this.#random.uint32()}`),
      changed: (session) => {
        this.#moves++;
        this.#checkEpoch(session);
      },
      lost: (road, reason) => this.#judge.lost(road, reason),
      ended: (name, over, unconfirmed) => {
        this.#tell(() => `session ${name} ended: ${over.reason}, ${unconfirmed.length} handed back`);
        this.#judge.ended(name, true, over, unconfirmed);
        const { acked, sent } = this.#page.session.ledger.outbox;
        this.#judge.handedBack(name, "up", acked, sent, unconfirmed.length);
        this.history.over(name);
      },
    });
  }

  #restart(): void {
    if (this.#page.session.id === undefined) {
      // The stated limit of the first flight (docs/protocol.md): a session that was not answered yet would begin again.
      this.clock.after(50, () => this.#restart());
      return;
    }
    this.#server.restart();
    this.#network.cutAll();
  }

  #redirect(withinMs: number): void {
    const { name } = this.#page;
    if (!this.#server.serving(name)) return;
    this.#server.redirect({ withinMs });
    this.clock.after(withinMs + leaveLimitMs, () => this.#judge.redirected(name, this.#page.name));
  }

  #leave(): void {
    const { name, isFrozen } = this.#page;
    if (isFrozen) return;
    const { packets, last } = this.#page.leave();
    this.#judge.leaves(name);
    this.history.over(name);
    if (packets) {
      this.#network.farewell(() => {
        const serves = (): boolean => this.#server.serving(name) !== undefined;
        const served = serves();
        this.#server.request(packets, undefined);
        // Behind what the server does about it.
        if (served) this.clock.after(0, () => this.#judge.saidFarewell(name, last, serves()));
      });
    }
    this.#page = this.#open();
  }

  /** Both sides emit, in bursts now and then, as long as the chaos lasts. */
  #talk(): void {
    if (!this.#chaos) return;
    const now = this.clock.now();
    const silence = this.#faults.silences.find(({ fromMs, toMs }) => now >= fromMs && now < toMs);
    if (silence) {
      if (silence.toMs < Number.POSITIVE_INFINITY) this.clock.after(silence.toMs - now, () => this.#talk());
      return;
    }
    const burst = this.#random.chance(0.02) ? 60 : 1;
    for (let count = 0; count < burst; count++) {
      const bytes = this.#faults.messageBytes === 0 ? 0 : this.#random.int(0, this.#faults.messageBytes);
      if (this.#random.chance(0.5)) this.#say(bytes);
      else {
        const { name } = this.#page;
        this.#server.serving(name)?.send(this.history.next(name, "down", bytes));
      }
    }
    this.clock.after(this.#random.int(1, 80), () => this.#talk());
  }

  #say(bytes: number): string | undefined {
    return this.#page.isFrozen ? undefined : this.#page.say(bytes);
  }

  #sayHuge(): void {
    const text = this.#say(this.#faults.hugeBytes);
    if (text !== undefined) this.#judge.saidHuge(text);
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
    const { session, name } = this.#page;
    if (session.ledger.outbox.acked > this.history.deliveredOf(name, "up"))
      throw new Violation("confirmed, but never delivered");
    this.#judge.watch(this.#network);
    for (const { ledger } of [session, ...this.#server.sessions()]) {
      if (ledger.outbox.bytes > maxUnconfirmedBytes) throw new Violation(`outbox holds ${ledger.outbox.bytes} bytes`);
      const { acked, length } = ledger.outbox;
      const progress = this.#progress.get(ledger);
      if (progress && progress.acked === acked && length > 0)
        this.#waitedMs = Math.max(this.#waitedMs, this.clock.now() - progress.atMs);
      else this.#progress.set(ledger, { acked, atMs: this.clock.now() });
    }
  }

  /** Everything is delivered and confirmed, and both ends mean the same connection. */
  #settled(): boolean {
    const client = this.#page.session;
    const server = this.#server.serving(this.#page.name)?.session;
    if (!server || !client.settledOn || !this.#network.carries(client.settledOn.connection)) return false;
    if (client.ledger.outbox.length > 0 || server.ledger.outbox.length > 0) return false;
    return this.history.settled(this.#page.name) && server.current?.epoch === client.current?.epoch;
  }

  #tell(line: () => string): void {
    this.#trace?.(`${this.clock.now()} ms ${line()}`);
  }

  #describe(): string {
    const client = this.#page.session;
    const server = this.#server.serving(this.#page.name)?.session;
    return [
      this.history.describe(this.#page.name),
      `client ${client.state} on ${describe(client.current)} proven ${client.current?.proven}, ${client.ledger.outbox.length} unconfirmed`,
      `server ${server?.state} on ${describe(server?.current)}, ${server?.ledger.outbox.length} unconfirmed`,
      `scores ${kinds.map((kind) => `${kind} ${this.#page.score(kind)}`).join(", ")}`,
      JSON.stringify(this.#network.parts.faults.habits),
    ].join("; ");
  }
}
