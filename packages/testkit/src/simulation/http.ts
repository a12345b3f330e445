// Simulated HTTP transports: requests up, and down a stream or the answers to polls. Requests and responses are lost,
// doubled, late, out of order, or refused by somebody on the way, each on its own.

import type { Connection, ConnectionListener, Packet, Request } from "@wireway/protocol";
import { Cable } from "./cable.ts";
import type { Direction } from "./faults.ts";
import type { Network, PendingAnswer } from "./network.ts";
import { Wire } from "./wire.ts";

export class HttpRoad {
  readonly cable: Cable;
  readonly client: Connection;
  readonly #network: Network;
  readonly #server: Connection;
  #waiter: PendingAnswer | undefined;
  #dialled = false;
  /** How often the network had changed when the last poll began; undefined while none is under way. */
  #pollingSince: number | undefined;

  constructor(network: Network, kind: "streaming" | "polling", listener: ConnectionListener) {
    const { parts } = network;
    const cable = new Cable(network, kind, listener);
    this.#network = network;
    this.cable = cable;
    const down = new Wire(parts, kind, "down", (packets) => {
      // A buffering proxy waits for the end of the response, which never comes.
      if (!cable.clientOver && !parts.faults.habits[kind].buffers) listener.received(packets);
    });
    cable.wires.push(down);
    const server = {
      send: (packets: readonly Packet[]): void => {
        if (cable.serverOver) return;
        parts.watch("server", this.#server, packets);
        if (kind === "streaming") {
          down.write(packets);
          if (down.carries) cable.touch();
          return;
        }
        const answer = this.#waiter;
        this.#waiter = undefined;
        answer?.(packets);
      },
      close: () => cable.close("server"),
    };
    this.#server = kind === "polling" ? cable.end("exchange", server) : cable.serverStream(server);
    const client = {
      send: (packets: readonly Packet[], timeoutMs: number) => this.#request("send", packets, timeoutMs),
      close: () => cable.close("client"),
    };
    const poll = (packets: readonly Packet[], timeoutMs: number): void => this.#request("poll", packets, timeoutMs);
    this.client = cable.end("exchange", kind === "polling" ? { ...client, poll } : client);
  }

  #request(request: Request, packets: readonly Packet[], timeoutMs: number): void {
    const { cable } = this;
    if (cable.clientOver) return;
    const { clock, random, faults, watch } = this.#network.parts;
    const { exchanges } = faults;
    const habit = faults.habits[cable.kind];
    const dials = !this.#dialled;
    this.#dialled = true;
    watch("client", this.client, packets);
    const { strandings } = cable;
    if (request === "poll") this.#pollingSince = strandings;
    let over = false;
    const finish = (answer: readonly Packet[] | undefined, code?: number): void => {
      if (over || cable.clientOver) return;
      over = true;
      if (request === "poll") this.#pollingSince = undefined;
      if (dials && answer === undefined) cable.endClient({ reason: "lost", ...(code !== undefined && { code }) });
      else cable.listener.settled(request, answer, code);
    };
    // What was under way when the network changed, only its time limit ends.
    const settle = (answer: readonly Packet[] | undefined, code?: number): void => {
      if (cable.strandings === strandings) finish(answer, code);
    };
    clock.after(timeoutMs, () => finish(undefined));
    if (habit.dial === "refused") {
      clock.after(2 * habit.latencyMs, () => settle(undefined));
      return;
    }
    if (habit.dial === "swallowed") return;
    if (bytesOf(packets) > habit.mostBodyBytes) {
      this.#network.countRefused();
      clock.after(2 * habit.latencyMs, () => settle(undefined, 413));
      return;
    }
    if (request === "poll" && habit.cutsQuietMs < Number.POSITIVE_INFINITY) {
      clock.after(habit.cutsQuietMs, () => {
        if (over || cable.clientOver || cable.strandings > strandings) return;
        this.#network.countQuietCut(cable.kind);
        settle(undefined, habit.quietStatus);
      });
    }
    const fail = (): void => {
      if (random.chance(exchanges.shown)) clock.after(habit.latencyMs, () => settle(undefined));
    };
    const refuse = (): void => {
      clock.after(habit.latencyMs, () => settle(undefined, 502));
    };
    const wayMs = this.#wayMs("up", habit.deaf.includes("up") && !dials);
    if (wayMs === undefined || random.chance(exchanges.requestLost)) return fail();
    if (random.chance(exchanges.refused / 2) || this.#isRefusing) return refuse();
    const lateMs = random.chance(exchanges.late) ? random.int(0, 20_000) : 0;
    const respond: PendingAnswer = (answer) => {
      const backMs = this.#wayMs("down", habit.deaf.includes("down") && !dials);
      if (backMs === undefined || random.chance(exchanges.responseLost)) return fail();
      if (random.chance(exchanges.refused / 2)) return refuse();
      clock.after(backMs, () => settle(answer));
    };
    const { generation } = this.#network.parts.server();
    const arrive = (atMs: number, answer: PendingAnswer): void => {
      clock.after(atMs, () => {
        if (cable.strandings > strandings) return;
        // The stated limit of the first flight (docs/protocol.md): a server that was restarted cannot know that a dial
        // from zero is late. Such dials are left out, everything else may be as late as it likes.
        if (dials && generation !== this.#network.parts.server().generation) return fail();
        this.#arrive(request, packets, dials, answer);
      });
    };
    arrive(wayMs + lateMs, respond);
    if (random.chance(exchanges.doubled)) arrive(wayMs + random.int(0, 20_000), () => undefined);
  }

  /** Whether the server's side still gets down, as far as the network is concerned. */
  get carries(): boolean {
    const { cable } = this;
    if (cable.kind === "polling") return this.#pollingSince === undefined || this.#pollingSince === cable.strandings;
    return cable.wires.every((wire) => wire.carries);
  }

  /** The request reaches the server, which may have been restarted or may have dropped the connection since. */
  #arrive(request: Request, packets: readonly Packet[], dials: boolean, respond: PendingAnswer): void {
    const { cable } = this;
    if (!dials) {
      const poll = request === "poll" ? respond : undefined;
      const answer = this.#network.parts.server().request(packets, poll);
      if (answer) respond(answer);
    } else if (cable.serverListener || cable.serverOver) {
      // The dial came twice: for the server that is another connection, whose answers nobody hears.
      const ghost = new HttpRoad(this.#network, cable.kind as "streaming", silent);
      ghost.#accept(packets, () => undefined);
    } else this.#accept(packets, respond);
  }

  #accept(packets: readonly Packet[], respond: PendingAnswer): void {
    if (this.cable.kind === "polling") this.#waiter = respond;
    this.#network.keep(this.#server, (answer, superseded) => {
      // Two polls at a time: the older one is answered with what the newer request is answered.
      this.#waiter?.(superseded);
      this.#waiter = answer;
      this.cable.serverListener?.settled("poll", []);
    });
    this.cable.accept(this.#server, packets);
    if (this.cable.kind === "streaming") {
      this.cable.watchQuiet();
      respond([]);
    }
  }

  /** Whether the server's place is taken for a while, as when it is restarted behind a proxy. */
  get #isRefusing(): boolean {
    const { clock, faults } = this.#network.parts;
    const now = clock.now();
    return faults.spells.some(({ sort, fromMs, toMs }) => sort === "refusal" && now >= fromMs && now < toMs);
  }

  /** How long the way takes now; undefined when what is sent now is lost. */
  #wayMs(direction: Direction, deaf: boolean): number | undefined {
    const { clock, random, faults } = this.#network.parts;
    const { kind } = this.cable;
    const { latencyMs, jitterMs } = faults.habits[kind];
    const now = clock.now();
    if (deaf) return undefined;
    let wayMs = latencyMs + random.int(0, jitterMs);
    for (const { fromMs, toMs, kinds, directions, sort } of faults.spells) {
      if (!kinds.includes(kind) || !directions.includes(direction) || now < fromMs || now >= toMs) continue;
      if (sort === "refusal") continue;
      if (sort === "hole") return undefined;
      wayMs = Math.max(wayMs, toMs - now + latencyMs);
    }
    return wayMs;
  }
}

function bytesOf(packets: readonly Packet[]): number {
  return packets.reduce((sum, { data }) => sum + data.length + 1, 0);
}

const silent: ConnectionListener = { received: () => undefined, settled: () => undefined, closed: () => undefined };
