// What every transport has to do, as a list that is run against each: a session on one watched connection after another,
// over a real network, to a server whose default namespace echoes. A new transport is done when the list passes.
// Not here: a test runner; whoever runs the list brings one.

import {
  ClientSession,
  type Clock,
  type CloseCause,
  type ConnectionListener,
  Driver,
  decodeEnvelope,
  encodeEnvelope,
  exchanges,
  type MessageData,
  type Road,
} from "@wireway/protocol";
import { type Dial, watched } from "./contract.ts";

/** What a runner brings for one transport. */
export interface TransportBench {
  /** Opens a connection to the server. */
  readonly dial: Dial;
  /** Opens a connection to where nobody listens. */
  readonly dialNobody: Dial;
  /** The real clock of the platform. */
  readonly clock: Clock;
  /** Ends every connection of the network between both ends, without a word to either. */
  readonly cut: () => void;
}

/** One row of a conformance list. */
export interface Behaviour {
  /** A sentence, for the test's name. */
  readonly name: string;
  /** Rejects with what was not as it has to be. */
  readonly run: (bench: TransportBench) => Promise<void>;
}

/** The server of a bench answers event `echo` with event `echo` and the same arguments. */
export const transportConformance: readonly Behaviour[] = [
  {
    name: "opens a session, and carries a message each way",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      await talk.echoes([["hello"]]);
      talk.end();
    },
  },
  {
    name: "keeps a thousand messages in order, each way",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      await talk.echoes(Array.from({ length: 1_000 }, (_, number) => [number, "x".repeat(number % 50)]));
      talk.end();
    },
  },
  {
    name: "carries any text, also what framings are made of",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      const all = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)).join("");
      await talk.echoes([[all], ["\u{1f600}\u2028\u2029\u001e\r\n\n\ndata: x\0"], [""], ["é".repeat(70_000)]]);
      talk.end();
    },
  },
  {
    name: "carries binary of any bytes and sizes, between texts",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      const sizes = [0, 1, 125, 126, 65_535, 65_536, 300_000];
      await talk.echoes(sizes.flatMap((size) => [[new Uint8Array(size).map((_, index) => index % 256)], [`${size}`]]));
      talk.end();
    },
  },
  {
    name: "carries a megabyte of text and of binary",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      await talk.echoes([["a".repeat(1_000_000)], [new Uint8Array(1_000_000).fill(7)]]);
      talk.end();
    },
  },
  {
    name: "survives a cut or reports it, and nothing is missing",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      await talk.echoes([["before"]]);
      talk.redials = true;
      for (let round = 0; round < 3; round++) {
        bench.cut();
        await talk.echoes([
          [round, "between"],
          [round, "after"],
        ]);
      }
      must(
        talk.losses.every(({ reason }) => reason === "lost"),
        "a cut is reported as lost",
      );
      talk.end();
    },
  },
  {
    name: "reports a dial that nobody answers",
    run: async (bench) => {
      const talk = new Talk({ ...bench, dial: bench.dialNobody });
      talk.dial();
      const cause = await talk.lost();
      must(cause.reason === "lost", `nobody there is reported as lost, not ${cause.reason}`);
      talk.end();
    },
  },
  {
    name: "moves a session to another connection while messages are under way",
    run: async (bench) => {
      const talk = new Talk(bench);
      talk.dial();
      await talk.echoes([["first"]]);
      const many = talk.echoes(Array.from({ length: 300 }, (_, number) => [number]));
      talk.prefer("second");
      talk.dial("second");
      await many;
      talk.end();
    },
  },
];

/** A session with one peer that echoes, and everything that it was told. */
class Talk {
  readonly #bench: TransportBench;
  readonly #breaches: string[] = [];
  readonly #driver: Driver<ClientSession>;
  readonly #expected: string[] = [];
  readonly losses: CloseCause[] = [];
  /** Whether a connection that was lost is replaced at once. */
  redials = false;
  #preferred = "";
  #check: () => void = () => undefined;

  constructor(bench: TransportBench) {
    this.#bench = bench;
    const nonce = Array.from({ length: 24 }, () => "abcdefghijklmnopqrstuvwxyz"[Math.floor(Math.random() * 26)]).join(
      "",
    );
    const score = (transport: string): number => (transport === this.#preferred ? -1 : 0);
    const session = new ClientSession({ nonce, maxUnconfirmedBytes: 64_000_000, score, exchanges }, bench.clock.now());
    this.#driver = new Driver(session, bench.clock, {
      message: (data) => this.#heard(data),
      changed: () => this.#check(),
      lost: (_road: Road, cause, dropped) => {
        if (!dropped) this.losses.push(cause);
        if (this.redials && !this.#driver.session.current) this.dial();
        this.#check();
      },
      redirected: () => undefined,
      progressed: () => undefined,
      ended: ({ message }) => {
        this.#breaches.push(`the session ended: ${message}`);
        this.#check();
      },
    });
    this.#driver.send(encodeEnvelope({ type: "connect", namespace: "/" }));
  }

  dial(name?: string): void {
    const dial = watched(this.#bench.dial, this.#breaches);
    this.#driver.dial(
      (listener: ConnectionListener) => {
        const connection = dial(listener);
        return name === undefined ? connection : Object.defineProperty(connection, "transport", { value: name });
      },
      (session, connection, now) => session.dial(connection, now),
    );
  }

  /** From now on a connection of that name is better than others. */
  prefer(transport: string): void {
    this.#preferred = transport;
  }

  /** Sends events, and waits for each to come back as it went, in order. */
  async echoes(events: readonly (readonly unknown[])[]): Promise<void> {
    for (const args of events) {
      const data = encodeEnvelope({ type: "event", namespace: "/", args: ["echo", ...args] });
      this.#expected.push(print(data));
      must(this.#driver.send(data), "the outbox takes it");
    }
    await this.#until(() => this.#expected.length === 0);
  }

  /** Waits for a connection's end. */
  async lost(): Promise<CloseCause> {
    await this.#until(() => this.losses.length > 0);
    return this.losses.shift() as CloseCause;
  }

  end(): void {
    must(this.#breaches.length === 0, this.#breaches.join("; "));
    this.#check = () => undefined;
    this.#driver.close("closed");
  }

  #heard(data: MessageData): void {
    const envelope = decodeEnvelope(data);
    if (envelope.type !== "event") return;
    const wanted = this.#expected.shift();
    const got = print(encodeEnvelope(envelope));
    if (got !== wanted) this.#breaches.push(`expected ${wanted?.slice(0, 60)}, got ${got.slice(0, 60)}`);
    this.#check();
  }

  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#check = () => {
        if (this.#breaches.length > 0) reject(new Error(this.#breaches.join("; ")));
        else if (done()) resolve();
      };
      this.#check();
    });
  }
}

function print(data: MessageData): string {
  return typeof data === "string" ? data : Array.from(data, (byte) => byte.toString(16)).join(" ");
}

function must(held: boolean, what: string): asserts held {
  if (!held) throw new Error(what);
}
