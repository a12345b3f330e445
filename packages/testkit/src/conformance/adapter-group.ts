// Servers that adapters join, with a tap on each adapter: a conformance list can hear what crosses it, say something broken
// over it, and cut it as if its server had died.
// Not here: what has to hold (adapter-conformance).

import { until } from "./observations.ts";

/** What the server's package calls an adapter. */
export interface TappedAdapter {
  /** Hears what others publish from then on. */
  open(receive: (data: Uint8Array) => void): Promise<void> | void;
  /** Brings the bytes to all others. */
  publish(data: Uint8Array): Promise<void> | void;
  /** Hears nothing any more. */
  close(): Promise<void> | void;
}

/** What the list needs of broadcasts; the server's own have it. */
export type AdapterBroadcast = {
  emit(event: string, ...args: unknown[]): boolean;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown[]>;
  fetchSockets(): Promise<readonly AdapterRemoteSocket[]>;
  socketsJoin(room: string | readonly string[]): void;
  socketsLeave(room: string | readonly string[]): void;
  disconnectSockets(close?: boolean): void;
  except(room: string): AdapterBroadcast;
  timeout(limitMs: number): AdapterBroadcast;
  readonly local: AdapterBroadcast;
};

/** What the list needs of a socket of any server. */
export type AdapterRemoteSocket = {
  readonly id: string;
  readonly data: unknown;
  readonly rooms: ReadonlySet<string>;
  readonly handshake: { readonly address: string };
  emit(event: string, ...args: unknown[]): boolean;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>;
};

/** What the list needs of a server; Wireway's has it. */
export type AdapterServer = AdapterBroadcast & {
  to(room: string): AdapterBroadcast;
  on(event: string, listener: (...args: never[]) => unknown): unknown;
  serverSideEmit(event: string, ...args: unknown[]): void;
  serverSideEmitWithAck(event: string, ...args: unknown[]): Promise<unknown[]>;
  readonly serverCount: number;
  readonly sockets: ReadonlyMap<
    string,
    { data: unknown; join(room: string): void; readonly rooms: ReadonlySet<string> }
  >;
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
};

/** A client that has joined the namespace "/". */
export interface AdapterClient {
  /** Its socket's id. */
  readonly id: string;
  /** What the handler returns or resolves with is the acknowledgement, unless it is undefined. */
  on(event: string, handler: (...args: unknown[]) => unknown): unknown;
}

/** Options of the server, short enough for a test. */
export interface AdapterServerOptions {
  /** The server's own. */
  readonly adapter: TappedAdapter;
  /** How long other servers may take to answer, in milliseconds. */
  readonly requestsTimeoutMs: number;
  /** How often servers tell each other that they live, in milliseconds. */
  readonly clusterHeartbeatMs: number;
}

/** What a runner brings: adapters that hear each other and nobody else, and servers and clients of its own. */
export interface AdapterBench {
  /** A new adapter, for one server. */
  readonly adapter: () => TappedAdapter;
  /** Starts a server on a free port of this machine. */
  readonly start: (options: AdapterServerOptions) => Promise<AdapterServer>;
  /** Connects a client to that server. */
  readonly connect: (server: AdapterServer) => Promise<AdapterClient>;
  /** Ends all servers and clients. */
  readonly end: () => Promise<void>;
}

/** One server, and the tap on its adapter. */
export interface Place {
  readonly server: AdapterServer;
  readonly tap: Tap;
  /** What its application was told of. */
  readonly errors: unknown[];
}

export class AdapterGroup {
  readonly #bench: AdapterBench;

  constructor(bench: AdapterBench) {
    this.#bench = bench;
  }

  /** Starts so many servers, and waits until each has heard of all others. */
  async start(count: number): Promise<Place[]> {
    const places = await Promise.all(Array.from({ length: count }, () => this.#start()));
    await until("all servers have heard of each other", () =>
      places.every(({ server }) => server.serverCount === count),
    );
    return places;
  }

  connect(place: Place): Promise<AdapterClient> {
    return this.#bench.connect(place.server);
  }

  async #start(): Promise<Place> {
    const tap = new Tap(this.#bench.adapter());
    const server = await this.#bench.start({ adapter: tap, requestsTimeoutMs: 2_000, clusterHeartbeatMs: 200 });
    const errors: unknown[] = [];
    server.on("error", (error) => errors.push(error));
    return { server, tap, errors };
  }
}

export class Tap implements TappedAdapter {
  readonly #adapter: TappedAdapter;
  #state: "whole" | "cut" = "whole";
  /** What the server published, the last of it. */
  #last: Uint8Array | undefined;

  constructor(adapter: TappedAdapter) {
    this.#adapter = adapter;
  }

  get last(): Uint8Array | undefined {
    return this.#last;
  }

  /** From now on nothing crosses, in either direction, and nobody is told. */
  cut(): void {
    this.#state = "cut";
  }

  /** Says something to the others in this server's place. */
  async say(data: Uint8Array): Promise<void> {
    await this.#adapter.publish(data);
  }

  open(receive: (data: Uint8Array) => void): Promise<void> | void {
    return this.#adapter.open((data) => {
      if (this.#state === "whole") receive(data);
    });
  }

  publish(data: Uint8Array): Promise<void> | void {
    if (this.#state === "cut") return;
    this.#last = data;
    return this.#adapter.publish(data);
  }

  close(): Promise<void> | void {
    return this.#adapter.close();
  }
}
