// Carries one response from the server to the client, or does to it what the weather says: lose, buffer, cut, truncate,
// starve. The fate is fixed when the server's answer begins, so that changing the weather never tears one in two.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { ClientConnection } from "./client-connection.ts";
import { DelayLine } from "./delay-line.ts";
import { responseHeaders } from "./forwarded-headers.ts";
import type { ProxyContext } from "./proxy-context.ts";
import type { Weather } from "./weather.ts";

export interface ResponseRoute {
  readonly context: ProxyContext;
  readonly connection: ClientConnection;
  readonly method: string;
  readonly path: string;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Whether weather applies to this request. */
  readonly weathered: boolean;
}

export class ResponseRelay {
  readonly #route: ResponseRoute;
  readonly #weather: Weather;
  readonly #line: DelayLine;
  readonly #startedAtMs = performance.now();
  #state: "passing" | "losing" | "starved" | "ended" = "passing";
  #passedBytes = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #headSent = false;

  constructor(route: ResponseRoute) {
    this.#route = route;
    const { station } = route.context;
    this.#weather = station.seenBy(route.weathered);
    this.#line = new DelayLine(() => station.seenBy(route.weathered).latencyMs);
    if (station.losesResponse(route.weathered)) this.#state = "losing";
  }

  /** Bytes vanish, and so does the news that the client has gone. */
  get starved(): boolean {
    return this.#state === "starved";
  }

  start(): void {
    const { incoming, response } = this.#route;
    this.#line.onRoom = () => incoming.resume();
    response.on("drain", () => this.#line.resume());
    response.once("close", () => this.#line.stop());
    incoming.on("error", () => {}); // the close that follows says everything
    incoming.on("data", (chunk: Buffer) => this.#take(chunk));
    incoming.once("end", () => this.#complete());
    incoming.once("close", () => this.#broken());
    if (this.#route.connection.stranded) this.#starve();
    if (this.#state === "passing" && !this.#weather.bufferResponses) this.#sendHead();
    if (this.#state === "passing" && this.#limitBytes === 0) this.#endEarly();
  }

  get #limitBytes(): number {
    const { cutResponsesAfterBytes, truncateResponsesAfterBytes } = this.#weather;
    return Math.min(
      cutResponsesAfterBytes ?? Number.POSITIVE_INFINITY,
      truncateResponsesAfterBytes ?? Number.POSITIVE_INFINITY,
    );
  }

  #take(chunk: Buffer): void {
    const { connection, incoming } = this.#route;
    connection.moved();
    if (this.#state === "passing") this.#starveWhenDue();
    if (this.#state === "starved") this.#route.context.counters.bytesStarved += chunk.length;
    if (this.#state !== "passing") return;
    const part = chunk.subarray(0, this.#limitBytes - this.#passedBytes);
    this.#passedBytes += part.length;
    if (this.#weather.bufferResponses) this.#hold(part);
    else this.#send(part);
    if (this.#passedBytes >= this.#limitBytes) this.#endEarly();
    else if (this.#line.full) incoming.pause();
  }

  #starveWhenDue(): void {
    const { starveResponsesAfterMs } = this.#weather;
    const isDue = starveResponsesAfterMs !== null && performance.now() - this.#startedAtMs >= starveResponsesAfterMs;
    if (isDue || this.#route.connection.stranded) this.#starve();
  }

  #starve(): void {
    this.#state = "starved";
    this.#route.context.events.emit("starved", { path: this.#route.path, direction: "down" });
  }

  #hold(part: Buffer): void {
    this.#held.push(part);
    this.#heldBytes += part.length;
    if (this.#heldBytes >= this.#route.context.maxBufferedBytes) this.#flush();
  }

  #flush(): void {
    if (!this.#headSent) this.#sendHead();
    for (const part of this.#held) this.#send(part);
    this.#held = [];
    this.#heldBytes = 0;
  }

  #sendHead(): void {
    const { incoming, response } = this.#route;
    const headers = responseHeaders(incoming);
    if (this.#weather.truncateResponsesAfterBytes !== null) delete headers["content-length"];
    this.#headSent = true;
    this.#line.push(0, () => {
      response.sendDate = false;
      response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, headers);
      response.flushHeaders();
      return true;
    });
  }

  #send(part: Buffer): void {
    const { context, response } = this.#route;
    this.#line.push(part.length, () => {
      context.counters.bytesDown += part.length;
      return response.write(part);
    });
  }

  #complete(): void {
    const { context, connection, response, method, path } = this.#route;
    if (this.#state === "passing") this.#starveWhenDue();
    if (this.#state === "losing") {
      context.counters.responsesLost += 1;
      connection.reset("responseLost");
      context.events.emit("responseLost", { method, path });
    } else if (this.#state === "passing") {
      this.#flush();
      this.#line.push(0, () => {
        response.end();
        return true;
      });
    }
    if (this.#state !== "starved") this.#state = "ended";
  }

  /** What has been passed on so far gets through, then the response is cut or seems complete. */
  #endEarly(): void {
    const { context, connection, incoming, response } = this.#route;
    const cut = this.#weather.cutResponsesAfterBytes === this.#limitBytes;
    this.#flush();
    this.#state = "ended";
    this.#line.push(0, () => {
      if (cut) {
        context.counters.responsesCut += 1;
        // An empty write is called back once everything before it was handed to the system.
        connection.socket.write("", () => connection.reset("cutResponsesAfterBytes"));
      } else {
        context.counters.responsesTruncated += 1;
        response.end();
      }
      return true;
    });
    incoming.destroy();
  }

  #broken(): void {
    if (this.#state === "ended" || this.#state === "starved" || this.#route.incoming.complete) return;
    this.#state = "ended";
    this.#line.stop();
    this.#route.connection.reset("upstream");
  }
}
