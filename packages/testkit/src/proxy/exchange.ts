// One plain request through the proxy: answered by the intermediary itself, or sent to the server once or twice.
// The request travels up here; the answer that the client gets travels down in response-relay.ts.

import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { ClientConnection } from "./client-connection.ts";
import { DelayLine } from "./delay-line.ts";
import { requestHeaders } from "./forwarded-headers.ts";
import { answerPortal, answerStatus } from "./own-answer.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { ResponseRelay } from "./response-relay.ts";
import { resetRequest } from "./upstream.ts";

export class Exchange {
  readonly #context: ProxyContext;
  readonly #connection: ClientConnection;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #method: string;
  readonly #path: string;
  readonly #weathered: boolean;
  readonly #line: DelayLine;
  #releases: (() => void)[] = [];
  #attempts: ClientRequest[] = [];
  #relay: ResponseRelay | undefined;
  #delayTimer: NodeJS.Timeout | undefined;

  constructor(context: ProxyContext, connection: ClientConnection, request: IncomingMessage, response: ServerResponse) {
    this.#context = context;
    this.#connection = connection;
    this.#request = request;
    this.#response = response;
    this.#method = request.method ?? "GET";
    this.#path = request.url ?? "/";
    this.#weathered = context.station.applies(this.#path);
    this.#line = new DelayLine(() => context.station.seenBy(this.#weathered).latencyMs);
  }

  /** The connection was told to `begin`; it is told to `finish` when the response is over. */
  start(): void {
    const { station, counters, events } = this.#context;
    const weather = station.seenBy(this.#weathered);
    counters.requests += 1;
    events.emit("request", { method: this.#method, path: this.#path });
    this.#request.on("error", () => {}); // the response's close says that the client has gone
    this.#response.once("close", () => this.#over());
    if (this.#connection.stranded) {
      this.#request.resume(); // nobody will ever know that it was asked
    } else if (weather.down) {
      this.#connection.reset("down");
    } else if (weather.captivePortal) {
      counters.portalPages += 1;
      answerPortal(this.#request, this.#response);
    } else if (station.dice.error.chance(weather.errorRate)) {
      counters.errorsAnswered += 1;
      answerStatus(this.#request, this.#response, weather.errorStatus);
    } else if (
      weather.maxBodyBytes !== null &&
      Number(this.#request.headers["content-length"]) > weather.maxBodyBytes
    ) {
      this.#refuseBody();
    } else if (weather.delayMs !== null) {
      const { min, max } = weather.delayMs;
      const delayMs = min + station.dice.delay.next() * (max - min);
      this.#delayTimer = setTimeout(() => this.#forward(weather.maxBodyBytes), delayMs);
    } else {
      this.#forward(weather.maxBodyBytes);
    }
  }

  #forward(maxBodyBytes: number | null): void {
    const { duplicateRate } = this.#context.station.seenBy(this.#weathered);
    const dice = this.#context.station.dice.duplicate;
    const twice = dice.chance(duplicateRate);
    const heard = twice ? dice.int(0, 1) : 0;
    let bodyBytes = 0;
    this.#line.onRoom = () => this.#request.resume();
    this.#line.push(0, () => {
      for (let index = 0; index <= (twice ? 1 : 0); index += 1) this.#attempt(index === heard);
      if (twice) {
        this.#context.counters.duplicated += 1;
        this.#context.events.emit("duplicated", { method: this.#method, path: this.#path });
      }
      return true;
    });
    const take = (chunk: Buffer): void => {
      this.#connection.moved();
      bodyBytes += chunk.length;
      if (maxBodyBytes !== null && bodyBytes > maxBodyBytes) {
        this.#request.off("data", take);
        this.#refuseBody();
        return;
      }
      this.#line.push(chunk.length, () => this.#write(chunk));
      if (this.#line.full) this.#request.pause();
    };
    this.#request.on("data", take);
    this.#request.once("end", () => {
      this.#line.push(0, () => {
        for (const attempt of this.#attempts) attempt.end();
        return true;
      });
    });
  }

  /** Sends the request to the server; the client hears one attempt's answer, the other's is read and forgotten. */
  #attempt(heard: boolean): void {
    const attempt = this.#context.upstream.request({
      method: this.#method,
      path: this.#path,
      headers: requestHeaders(this.#request, "plain"),
    });
    const release = this.#connection.hold(() => resetRequest(attempt));
    const abandon = (): void => {
      release();
      resetRequest(attempt);
    };
    this.#releases.push(abandon);
    this.#attempts.push(attempt);
    attempt.on("drain", () => this.#resumeWhenDrained());
    const done = (): void => {
      release();
      // The connection may carry somebody else's request now: this one must not touch it any more.
      this.#releases = this.#releases.filter((other) => other !== abandon);
      this.#attempts = this.#attempts.filter((other) => other !== attempt);
      this.#resumeWhenDrained();
    };
    attempt.once("close", done);
    attempt.on("response", (incoming) => {
      // Before anybody else hears of the end: losing a response must not cost the connection it came on.
      incoming.once("end", () => {
        if (attempt.writableFinished) done();
      });
      if (heard) this.#relayResponse(incoming);
      else incoming.on("error", () => {}).resume();
    });
    attempt.on("error", () => {
      if (heard && this.#relay === undefined) this.#unreachable();
    });
    attempt.flushHeaders();
  }

  #write(chunk: Buffer): boolean {
    this.#context.counters.bytesUp += chunk.length;
    // Every attempt is written to, also when the first one is behind.
    return this.#attempts.map((attempt) => attempt.write(chunk)).every((hasRoom) => hasRoom);
  }

  #resumeWhenDrained(): void {
    if (this.#attempts.every((attempt) => !attempt.writableNeedDrain)) this.#line.resume();
  }

  #relayResponse(incoming: IncomingMessage): void {
    this.#relay = new ResponseRelay({
      context: this.#context,
      connection: this.#connection,
      method: this.#method,
      path: this.#path,
      incoming,
      response: this.#response,
      weathered: this.#weathered,
    });
    this.#relay.start();
  }

  #refuseBody(): void {
    this.#context.counters.bodiesRefused += 1;
    this.#abandonAttempts();
    if (!this.#response.headersSent) answerStatus(this.#request, this.#response, 413);
  }

  #unreachable(): void {
    if (this.#response.closed || this.#response.headersSent) return;
    this.#context.counters.upstreamFailures += 1;
    this.#line.stop();
    answerStatus(this.#request, this.#response, 502);
  }

  /** The answer is complete, or the client has gone; an answer whose reader vanished unnoticed goes on. */
  #over(): void {
    clearTimeout(this.#delayTimer);
    const isUnnoticed = this.#connection.stranded || this.#relay?.starved === true;
    if (!this.#response.writableFinished && !isUnnoticed) this.#abandonAttempts();
    this.#connection.finish();
  }

  #abandonAttempts(): void {
    this.#line.stop();
    this.#attempts = [];
    for (const abandon of this.#releases) abandon();
  }
}
