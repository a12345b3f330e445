// A TCP/HTTP intermediary between clients and a server that does what real ones cannot be told to do, and that can be
// changed while it runs. HTTP/1.1 without TLS; everything it does beyond passing on is in `weather`.
// Start here: `createProxy` listens, `HostileProxy` is what a test or a demo holds in its hands.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ClientConnection, type ConnectionView } from "./client-connection.ts";
import { Exchange } from "./exchange.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { type ProxyCounters, zeroCounters } from "./proxy-counters.ts";
import { ProxyEmitter, type ProxyEvents } from "./proxy-events.ts";
import { handleUpgrade } from "./upgrade.ts";
import { type ProxyTarget, Upstream } from "./upstream.ts";
import type { Weather } from "./weather.ts";
import { WeatherStation } from "./weather-station.ts";

/** What `createProxy` may be given. */
export interface ProxyOptions {
  /** Where the server listens. */
  readonly target: ProxyTarget;
  /** Address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** The same seed rolls the same dice. @default 1 */
  readonly seed?: number;
  /** Differences from clear weather. @default {} */
  readonly weather?: Partial<Weather>;
  /** Whether weather applies to this request target (path and query); other traffic passes untouched. @default everything */
  readonly only?: (path: string) => boolean;
  /** Sees every plain request first; answers it itself and returns true, or leaves it alone and returns false. @default none */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** How many bytes of one response `bufferResponses` holds before it lets them go. @default 16777216 */
  readonly maxBufferedBytes?: number;
}

/** Starts a proxy; resolves when it listens. Throws a RangeError when the weather holds something that does not exist. */
export async function createProxy(options: ProxyOptions): Promise<HostileProxy> {
  const server = createServer();
  // Nothing is cut but by the weather.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  const proxy = new HostileProxy(server, options);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  return proxy;
}

/** A proxy that listens, and whose weather can be changed while it runs. */
export class HostileProxy {
  readonly #server: Server;
  readonly #context: ProxyContext;
  readonly #connections = new Map<Socket, ClientConnection>();
  readonly #options: ProxyOptions;
  #closing: Promise<void> | undefined;

  /** @internal @param server an HTTP server that does not listen yet. */
  constructor(server: Server, options: ProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.#context = {
      station: new WeatherStation(options.seed ?? 1, options.weather ?? {}, options.only ?? (() => true)),
      counters: zeroCounters(),
      events: new ProxyEmitter(),
      upstream: new Upstream(options.target),
      maxBufferedBytes: options.maxBufferedBytes ?? 16 * 1024 * 1024,
    };
    const { station, events } = this.#context;
    station.onChange((weather) => events.emit("weather", { weather }));
    server.on("connection", (socket: Socket) => this.#accept(socket));
    server.on("request", (request: IncomingMessage, response: ServerResponse) => this.#request(request, response));
    server.on("upgrade", (request: IncomingMessage, socket: Socket, early: Buffer) => {
      const connection = this.#connections.get(socket);
      if (connection === undefined) return;
      connection.begin(request.url ?? "/");
      handleUpgrade(this.#context, connection, request, early);
    });
  }

  /** The port that it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Without a slash at the end. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** The current weather; frozen, replaced by `setWeather`. */
  get weather(): Weather {
    return this.#context.station.weather;
  }

  /** A copy of the counters as they are now. */
  get counters(): Readonly<ProxyCounters> {
    return { ...this.#context.counters };
  }

  /** Number of open client connections, upgraded ones included. */
  get connections(): number {
    return this.#living().length;
  }

  /** Number of open client connections that were upgraded. */
  get upgradedConnections(): number {
    return this.#living().filter((connection) => connection.upgraded).length;
  }

  /**
   * Changes some fields. New exchanges obey; living ones obey `starve`, `starveAfterMs`, `killAfterMs`, `killAfterBytes`,
   * `latencyMs`, `idleCutMs` and `randomCutMs`. Throws a RangeError and changes nothing when a field does not exist or is out of range.
   */
  setWeather(change: Partial<Weather>): void {
    this.#context.station.change(change);
  }

  /** The server listens elsewhere now; what is under way stays with the old one. */
  retarget(target: ProxyTarget): void {
    this.#context.upstream.retarget(target);
  }

  /** Resets living connections on both sides now, all or those the filter picks; returns how many clients were reset. */
  cut(filter: (connection: ConnectionView) => boolean = () => true): number {
    const chosen = [...this.#connections.values()].filter((connection) => filter(connection.view));
    return chosen.filter((connection) => connection.reset("asked")).length;
  }

  /**
   * Makes living connections black holes now, all or those the filter picks, as when a client's network changes: TCP stays
   * open, nothing is passed on any more either way, endings included; new connections work. Returns how many.
   */
  strand(filter: (connection: ConnectionView) => boolean = () => true): number {
    const chosen = [...this.#connections.values()].filter((connection) => filter(connection.view));
    return chosen.filter((connection) => connection.strand()).length;
  }

  /** Calls the listener at every event until the returned function is called. */
  on<Event extends keyof ProxyEvents>(event: Event, listener: (detail: ProxyEvents[Event]) => void): () => void {
    return this.#context.events.on(event, listener);
  }

  /** Resolves with the next such event that the filter accepts; stays pending when there is none. */
  once<Event extends keyof ProxyEvents>(
    event: Event,
    filter: (detail: ProxyEvents[Event]) => boolean = () => true,
  ): Promise<ProxyEvents[Event]> {
    return new Promise((resolve) => {
      const off = this.on(event, (detail) => {
        if (!filter(detail)) return;
        off();
        resolve(detail);
      });
    });
  }

  /** Stops listening and closes everything; resolves when no socket and no timer is left. May be called again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of [...this.#connections.values()]) connection.destroy();
    await Promise.all([stopped, this.#context.upstream.close()]);
  }

  #living(): ClientConnection[] {
    return [...this.#connections.values()].filter((connection) => !connection.socket.destroyed);
  }

  #accept(socket: Socket): void {
    const connection = new ClientConnection(this.#context, socket, () => this.#connections.delete(socket));
    this.#connections.set(socket, connection);
    // Which path a connection is for is unknown until its request: where paths matter, it is reset only then.
    const sparesSome = this.#options.only !== undefined || this.#options.intercept !== undefined;
    if (this.weather.down && !sparesSome) connection.reset("down");
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    if (this.#options.intercept?.(request, response) === true) return;
    const connection = this.#connections.get(request.socket);
    if (connection === undefined) return;
    connection.begin(request.url ?? "/");
    new Exchange(this.#context, connection, request, response).start();
  }
}
