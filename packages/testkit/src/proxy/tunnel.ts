// An upgraded connection: the handshake, then bytes in both directions until one side ends, the weather kills it, or its
// bytes begin to vanish. It sees bytes, not frames, and knows nothing of WebSocket.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ClientConnection } from "./client-connection.ts";
import { DelayLine } from "./delay-line.ts";
import { requestHeaders, responseHeaders, switchingHead } from "./forwarded-headers.ts";
import { answerStatus, responseToUpgrade } from "./own-answer.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { resetSocket } from "./reset-socket.ts";
import { resetRequest } from "./upstream.ts";
import type { Direction } from "./weather.ts";

/** One direction of travel. */
interface Lane {
  readonly line: DelayLine;
  /** Bytes vanished: as TCP has no gaps, nothing may follow them. */
  torn: boolean;
}

export class Tunnel {
  readonly #context: ProxyContext;
  readonly #connection: ClientConnection;
  readonly #request: IncomingMessage;
  readonly #path: string;
  readonly #client: Socket;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  #upstream: Socket | undefined;
  #switchedAtMs: number | undefined;
  #passedBytes = 0;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(context: ProxyContext, connection: ClientConnection, request: IncomingMessage) {
    const lane = (): Lane => ({ line: new DelayLine(() => connection.weather.latencyMs), torn: false });
    this.#context = context;
    this.#connection = connection;
    this.#request = request;
    this.#path = request.url ?? "/";
    this.#client = connection.socket;
    this.#lanes = { up: lane(), down: lane() };
  }

  /** @param early what the client sent right behind its request. */
  start(early: Buffer): void {
    this.#lanes.up.line.push(0, () => {
      this.#shakeHands();
      return false; // the line is held until the server has switched
    });
    this.#read(this.#client, "up");
    if (early.length > 0) this.#carry(this.#client, "up", early);
  }

  #shakeHands(): void {
    const path = this.#path;
    const headers = requestHeaders(this.#request, "upgrade");
    const handshake = this.#context.upstream.handshake({ method: this.#request.method ?? "GET", path, headers });
    const release = this.#connection.hold(() => resetRequest(handshake));
    this.#client.once("close", () => {
      if (this.#upstream === undefined) resetRequest(handshake);
    });
    handshake.once("close", release);
    handshake.once("upgrade", (answer, socket, early) => {
      this.#switched(answer, socket as Socket, early);
      release();
    });
    handshake.once("response", (answer) => this.#declined(answer));
    handshake.on("error", () => this.#unreachable());
    handshake.end();
  }

  #switched(answer: IncomingMessage, upstream: Socket, early: Buffer): void {
    this.#upstream = upstream;
    upstream.on("error", () => {}); // the close that follows says everything
    const release = this.#connection.hold(() => resetSocket(upstream));
    upstream.once("close", release);
    this.#lanes.down.line.push(0, () => this.#client.write(switchingHead(answer)));
    this.#switchedAtMs = performance.now();
    this.#connection.upgraded = true;
    this.#read(upstream, "down");
    this.#watchWeather(upstream);
    if (early.length > 0) this.#carry(upstream, "down", early);
    this.#lanes.up.line.resume();
    this.#context.events.emit("upgraded", { path: this.#path });
  }

  /** The server answered like to any other request: so does the proxy, and closes. */
  #declined(answer: IncomingMessage): void {
    this.#lanes.up.line.stop();
    const response = responseToUpgrade(this.#request, this.#client);
    response.sendDate = false;
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer));
    answer.on("error", () => this.#connection.reset("upstream"));
    answer.pipe(response);
  }

  #unreachable(): void {
    if (this.#upstream !== undefined || this.#client.destroyed) return;
    this.#context.counters.upstreamFailures += 1;
    this.#lanes.up.line.stop();
    answerStatus(this.#request, responseToUpgrade(this.#request, this.#client), 502);
  }

  #read(source: Socket, direction: Direction): void {
    const { line } = this.#lanes[direction];
    line.onRoom = () => source.resume();
    source.on("data", (chunk: Buffer) => this.#carry(source, direction, chunk));
    source.on("drain", () => this.#lanes[direction === "up" ? "down" : "up"].line.resume());
    source.once("end", () => this.#ended(source, direction));
    source.once("close", (broken: boolean) => this.#closed(direction, broken));
  }

  #sink(direction: Direction): Socket | undefined {
    return direction === "up" ? this.#upstream : this.#client;
  }

  #carry(source: Socket, direction: Direction, chunk: Buffer): void {
    const { line } = this.#lanes[direction];
    this.#connection.moved();
    if (this.#starved(direction)) {
      this.#vanish(direction, chunk);
      return;
    }
    const limitBytes = this.#connection.weather.killAfterBytes ?? Number.POSITIVE_INFINITY;
    const part = chunk.subarray(0, Math.max(0, limitBytes - this.#passedBytes));
    this.#passedBytes += part.length;
    line.push(part.length, () => this.#write(source, direction, part));
    if (this.#passedBytes >= limitBytes) this.#killBehind(direction);
    else if (line.full) source.pause();
  }

  #write(source: Socket, direction: Direction, part: Buffer): boolean {
    const sink = this.#sink(direction);
    if (sink === undefined || sink.destroyed) {
      // As its system would do for a peer that has gone.
      resetSocket(source);
      return true;
    }
    if (direction === "up") this.#context.counters.bytesUp += part.length;
    else this.#context.counters.bytesDown += part.length;
    return sink.write(part);
  }

  #starved(direction: Direction): boolean {
    const { starve, starveAfterMs } = this.#connection.weather;
    if (this.#lanes[direction].torn || this.#connection.stranded) return true;
    if (this.#switchedAtMs === undefined || (starve !== "both" && starve !== direction)) return false;
    return performance.now() - this.#switchedAtMs >= starveAfterMs;
  }

  #vanish(direction: Direction, chunk: Buffer): void {
    const lane = this.#lanes[direction];
    this.#context.counters.bytesStarved += chunk.length;
    if (lane.torn) return;
    lane.torn = true;
    this.#context.events.emit("starved", { path: this.#path, direction });
  }

  #ended(source: Socket, direction: Direction): void {
    const sink = this.#sink(direction);
    if (this.#starved(direction)) {
      // The news vanishes too: the other side stays open until it gives up by itself.
      this.#lanes[direction].torn = true;
      source.destroy();
    } else if (sink === undefined || sink.destroyed) {
      source.destroy();
    } else {
      this.#lanes[direction].line.push(0, () => {
        sink.end();
        return true;
      });
    }
  }

  #closed(direction: Direction, broken: boolean): void {
    const sink = this.#sink(direction);
    if (broken && !this.#starved(direction)) {
      this.#lanes[direction].line.stop();
      if (direction === "down") this.#connection.reset("upstream");
      else if (sink !== undefined && !sink.destroyed) resetSocket(sink);
    }
    if (this.#client.destroyed && (this.#upstream === undefined || this.#upstream.destroyed)) {
      this.#lanes.up.line.stop();
      this.#lanes.down.line.stop();
    }
  }

  #watchWeather(upstream: Socket): void {
    const stopWatching = this.#context.station.onChange((weather, previous) => {
      if (weather.killAfterMs !== previous.killAfterMs) this.#armKill();
    });
    const stop = (): void => {
      stopWatching();
      clearTimeout(this.#killTimer);
    };
    this.#client.once("close", stop);
    upstream.once("close", stop);
    this.#armKill();
    if (this.#connection.weather.killAfterBytes === 0) this.#killBehind("down");
  }

  #armKill(): void {
    clearTimeout(this.#killTimer);
    const { killAfterMs } = this.#connection.weather;
    if (killAfterMs === null || this.#switchedAtMs === undefined) return;
    const leftMs = this.#switchedAtMs + killAfterMs - performance.now();
    this.#killTimer = setTimeout(() => this.#kill("killAfterMs"), Math.max(0, Math.ceil(leftMs)));
  }

  /** Kills once everything before it was handed to the system, which an empty write is called back for. */
  #killBehind(direction: Direction): void {
    this.#lanes[direction].line.push(0, () => {
      this.#sink(direction)?.write("", () => this.#kill("killAfterBytes"));
      return true;
    });
  }

  #kill(reason: "killAfterMs" | "killAfterBytes"): void {
    if (this.#connection.reset(reason)) this.#context.counters.upgradesKilled += 1;
  }
}
