// The clients of a scenario: connected a few at a time, and asked to say the next thing as soon as everything came that the
// last one asked for, until the time is over. Keeps how long each round took.

import type { ClientSide, Peer } from "../systems/system.ts";
import { heardPerRound, messagesPerRound } from "../task.ts";
import { atOnce } from "./at-once.ts";
import type { Stage } from "./scenario.ts";

const connectsAtOnce = 64;
/** Of broadcasts in a while that is too short for more. */
const leastRounds = 3;

interface Member {
  peer: Peer | undefined;
  /** Messages that are still to come. */
  awaited: number;
  emittedAt: number;
}

export interface Rounds {
  readonly messages: number;
  readonly ms: number;
  /** How long each round took, in milliseconds, ascending. */
  readonly latencies: Float64Array;
}

export class Crowd {
  readonly #stage: Stage;
  readonly #members: Member[] = [];
  readonly #heardPerRound: number;
  #latencies: number[] = [];
  #rounds = 0;
  #awaiting = 0;
  #endsAt = 0;
  #finished: () => void = () => {};
  #failed: (error: Error) => void = () => {};

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#heardPerRound = heardPerRound(stage.task);
  }

  /** `other`: the client that every hundredth has. */
  async connect(other: ClientSide = this.#stage.client): Promise<void> {
    const { size } = this.#stage;
    await atOnce(size.connections, connectsAtOnce, (index) =>
      this.#connectOne(index % 100 === 99 ? other : this.#stage.client),
    );
  }

  /** Every member speaks whenever it has heard all. */
  async converse(ms: number): Promise<Rounds> {
    return this.#during(ms, () => {
      for (const member of this.#members) this.#emit(member, performance.now());
    });
  }

  /** The server speaks to everybody whenever everybody has heard all. */
  async listen(ms: number, least: number = leastRounds): Promise<Rounds> {
    const startedAt = performance.now();
    const latencies: number[] = [];
    let rounds = 0;
    while (performance.now() - startedAt < ms || rounds < least) {
      const at = performance.now();
      await this.#all(() => {
        for (const member of this.#members) member.awaited = this.#heardPerRound;
        this.#awaiting = this.#members.length;
        this.#endsAt = 0;
        void this.#stage.tick().catch(this.#failed);
      });
      latencies.push(performance.now() - at);
      rounds++;
    }
    return {
      messages: rounds * this.#members.length * messagesPerRound(this.#stage.task),
      ms: performance.now() - startedAt,
      latencies: Float64Array.from(latencies).sort(),
    };
  }

  /** The server does something that nobody hears of, again and again. */
  async watch(ms: number): Promise<Rounds> {
    const startedAt = performance.now();
    const latencies: number[] = [];
    while (performance.now() - startedAt < ms || latencies.length < leastRounds) {
      const at = performance.now();
      await this.#stage.tick();
      latencies.push(performance.now() - at);
    }
    return {
      messages: latencies.length * this.#members.length,
      ms: performance.now() - startedAt,
      latencies: Float64Array.from(latencies).sort(),
    };
  }

  async #during(ms: number, begin: () => void): Promise<Rounds> {
    this.#latencies = [];
    this.#rounds = 0;
    this.#awaiting = this.#members.length;
    const startedAt = performance.now();
    this.#endsAt = startedAt + ms;
    await this.#all(begin);
    return {
      messages: this.#rounds * messagesPerRound(this.#stage.task),
      ms: performance.now() - startedAt,
      latencies: Float64Array.from(this.#latencies).sort(),
    };
  }

  #all(begin: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finished = resolve;
      this.#failed = reject;
      begin();
    });
  }

  async #connectOne(client: ClientSide): Promise<void> {
    const member: Member = { peer: undefined, awaited: 0, emittedAt: 0 };
    member.peer = await client.connect({
      port: this.#stage.port,
      heard: (messages) => this.#heard(member, messages),
      lost: (error) => this.#failed(error),
    });
    this.#members.push(member);
  }

  #emit(member: Member, now: number): void {
    member.awaited = this.#heardPerRound;
    member.emittedAt = now;
    member.peer?.emit();
  }

  #heard(member: Member, messages: number): void {
    member.awaited -= messages;
    if (member.awaited > 0) return;
    if (member.awaited < 0) this.#failed(new Error(`${-member.awaited} messages more than were asked for`));
    const now = performance.now();
    this.#rounds++;
    if (this.#endsAt > 0) this.#latencies.push(now - member.emittedAt);
    if (now < this.#endsAt) this.#emit(member, now);
    else if (--this.#awaiting === 0) this.#finished();
  }
}
