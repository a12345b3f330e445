// A server and the roads to it in memory, under a fake clock: the protocol's own server session, and transports that are
// refused, swallowed or starved as a test says. For tests of what a client decides; no bytes, no ports.

import {
  type CloseReason,
  type ConnectionListener,
  Driver,
  decodeEnvelope,
  defaultTerms,
  type Envelope,
  encodeEnvelope,
  type MessageData,
  type Packet,
  Registry,
  ServerSession,
} from "@wireway/protocol";
import { FakeClock } from "@wireway/testkit";
import { Client } from "../src/client.ts";
import type { KeyValueStorage } from "../src/memory.ts";
import { type ConnectOptions, type ResolvedOptions, resolveOptions } from "../src/options.ts";
import type { Environment, PageLife } from "../src/platform.ts";
import { Socket } from "../src/socket.ts";
import { fallback } from "../src/transports/fallback.ts";
import type { Transport } from "../src/transports/transport.ts";

/** What becomes of a dial: answered, refused, never answered, or answered and then silent. */
export type Fate = "works" | "refused" | "swallowed" | "starved";

interface Cable {
  readonly transport: string;
  readonly cut: () => void;
  readonly mute: () => void;
}

let names = 0;

export class Scene {
  readonly clock: FakeClock = new FakeClock();
  readonly latencyMs = 10;
  /** How long the way down takes, where it is not the same. */
  downMs: Record<string, number> = {};
  readonly dials: { transport: string; atMs: number; hold?: number }[] = [];
  /** A proxy holds streams back unless they are asked for in this way at least. */
  freedBy: Record<string, number> = {};
  /** The HTTP status of what refuses. */
  status: number | undefined;
  /** Addresses that were dialled, without their query. */
  readonly addresses: string[] = [];
  /** Every envelope that reached the server. */
  readonly heard: Envelope[] = [];
  fates: Record<string, Fate> = {};
  retryAfterMs: number | undefined;
  /** What the server does with a connect envelope; undefined leaves it unanswered. */
  admit: (namespace: string) => Envelope | undefined = (namespace) => ({
    type: "connect",
    namespace,
    data: { sid: `socket-${++names}` },
  });
  readonly #cables = new Set<Cable>();
  /** What the platform tells the client's page. */
  life: PageLife | undefined;
  /** What pages said as they left. */
  readonly lastWords: string[] = [];
  storage: KeyValueStorage | undefined;
  /** When the page was opened, on a clock that all pages share. */
  openedAtMs = 0;
  registry: Registry = this.#registry();

  /** A socket of a client of its own over transports of these names, or a test's own. */
  connect(transports: readonly (string | Transport)[], options: ConnectOptions = {}, namespace = "/"): Socket {
    return this.sockets(transports, [namespace], options)[0] as Socket;
  }

  /** Sockets in these namespaces, of one client as long as it has room for them. */
  sockets(
    transports: readonly (string | Transport)[],
    namespaces: readonly string[],
    options: ConnectOptions = {},
  ): Socket[] {
    const list = transports.map((one) => (typeof one === "string" ? this.#transport(one) : one));
    const resolved = resolveOptions({ ...options, transports: list });
    let client = this.#client(resolved);
    return namespaces.map((namespace) => {
      return new Socket(namespace, resolved, () => {
        if (client.has(namespace)) client = this.#client(resolved);
        return client;
      });
    });
  }

  #client(resolved: ResolvedOptions): Client {
    return new Client(new URL("http://server/wireway/"), resolved, this.#environment(), () => undefined);
  }

  /** Lets time pass, and what waits for promises happen. */
  async after(delayMs: number): Promise<void> {
    for (let left = delayMs; left >= 0; left -= 5) {
      this.clock.advance(Math.min(5, left));
      await Promise.resolve();
      await Promise.resolve();
    }
    this.clock.advance(0);
  }

  /** The server says this on every session. */
  say(envelope: Envelope): void {
    for (const driver of this.registry.drivers()) driver.send(encodeEnvelope(envelope));
  }

  sayRaw(data: MessageData): void {
    for (const driver of this.registry.drivers()) driver.send(data);
  }

  end(reason: CloseReason): void {
    for (const driver of this.registry.drivers()) driver.close(reason);
  }

  /** Forgets everything, as a process that was killed. */
  restart(): void {
    this.registry = this.#registry();
    this.cut();
  }

  /** Cuts all connections; both ends learn of it at once. */
  cut(): void {
    for (const { cut } of [...this.#cables]) cut();
  }

  /** What is connected now carries nothing any more, and nobody is told. */
  mute(): void {
    for (const { mute } of this.#cables) mute();
  }

  living(): string[] {
    return [...this.#cables].map(({ transport }) => transport);
  }

  #registry(): Registry {
    const registry: Registry = new Registry({
      clock: this.clock,
      create: () => {
        const token = `token-${String(++names).padStart(20, "0")}`;
        const id = `id-${String(names).padStart(22, "0")}`;
        const session = new ServerSession(
          { id, token, terms: defaultTerms, maxUnconfirmedBytes: 1e6 },
          this.clock.now(),
        );
        const driver: Driver<ServerSession> = new Driver(session, this.clock, {
          message: (data) => this.#serve(driver, decodeEnvelope(data)),
          changed: () => undefined,
          lost: () => undefined,
          redirected: () => undefined,
          progressed: () => undefined,
          ended: (ending) => registry.forget(driver, ending),
        });
        return driver;
      },
    });
    return registry;
  }

  #serve(driver: Driver<ServerSession>, envelope: Envelope): void {
    this.heard.push(envelope);
    const answer = envelope.type === "connect" ? this.admit(envelope.namespace) : undefined;
    if (answer) driver.send(encodeEnvelope(answer));
    if (envelope.type === "event" && envelope.args[0] === "echo" && envelope.id !== undefined) {
      const { namespace, id, args } = envelope;
      driver.send(encodeEnvelope({ type: "ack", namespace, id, args: args.slice(1) }));
    }
  }

  #environment(): Environment {
    const unused = (): never => {
      throw new Error("not in this scene");
    };
    return {
      clock: this.clock,
      random: () => 0.5,
      baseUrl: undefined,
      fetch: unused,
      openWebSocket: unused,
      watch: (life) => {
        this.life = life;
        return () => undefined;
      },
      sendLast: (url, body) => this.lastWords.push(`${url} ${body}`),
      storage: () => this.storage,
      today: () => this.openedAtMs + this.clock.now(),
    };
  }

  #transport(name: string): Transport {
    return {
      name,
      streams: name === "streaming",
      ...(name !== "websocket" && { fallback }),
      dial: ({ origin, pathname, searchParams }, _environment, listener) => {
        this.addresses.push(origin + pathname);
        return this.#open(name, Number(searchParams.get("hold")), listener);
      },
    };
  }

  #open(transport: string, hold: number, client: ConnectionListener): ReturnType<Transport["dial"]> {
    const { clock, latencyMs } = this;
    this.dials.push({ transport, atMs: clock.now(), ...(hold > 0 && { hold }) });
    const isHeld = hold < (this.freedBy[transport] ?? 0);
    const fate = isHeld ? "swallowed" : (this.fates[transport] ?? "works");
    /** Whether the client's end is over, and whether what is under way is lost too. */
    let over = false;
    let cutOff = false;
    let server: ConnectionListener | undefined;
    const end = (reason: CloseReason): void => {
      if (over) return;
      over = true;
      this.#cables.delete(cable);
      clock.defer(() =>
        client.closed({
          reason,
          ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
          ...(this.status !== undefined && { code: this.status, message: `HTTP ${this.status}` }),
        }),
      );
      clock.after(cutOff ? 0 : latencyMs, () => server?.closed({ reason: "lost" }));
    };
    const cut = (): void => {
      cutOff = true;
      end("lost");
    };
    let muted = false;
    const mute = (): void => {
      muted = true;
    };
    const cable: Cable = { transport, cut, mute };
    this.#cables.add(cable);
    if (fate === "refused") clock.after(latencyMs, () => end("lost"));
    let writes = 0;
    const serverEnd = {
      transport,
      lane: "stream" as const,
      polls: false,
      send: (packets: readonly Packet[]) => {
        if (fate === "starved" && writes++ > 0) return;
        clock.after(this.downMs[transport] ?? latencyMs, () => over || muted || client.received(packets));
      },
      poll: () => undefined,
      close: (reason: CloseReason) => clock.after(latencyMs, () => end(reason)),
    };
    return {
      transport,
      lane: "stream",
      polls: false,
      send: (packets) => {
        if (fate !== "works" && fate !== "starved") return;
        clock.after(latencyMs, () => {
          if (cutOff || muted) return;
          if (server) return server.received(packets);
          const accepted = this.registry.accept(serverEnd, packets);
          if ("refusal" in accepted) return serverEnd.send([accepted.refusal]);
          server = accepted.listener;
        });
      },
      poll: () => undefined,
      close: (reason) => end(reason),
    };
  }
}
