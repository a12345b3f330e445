// Both ends of one session that talk, and the judge: each writes down what it sent and what it got, and the two have to
// agree to the letter. Everything once, in order, both ways, in one session.

import { type ConnectOptions, connect, type Socket } from "@wireway/client";
import { expect } from "vitest";
import type { RealProxy } from "../proxies/proxy-process.ts";
import { deferred, type Stage } from "./stage.ts";

const everyMs = 50;
const burstEveryMs = 1_000;
/** How long the last messages may take to arrive, on roads that are cut. */
const patienceMs = 15_000;

export class Talk {
  readonly socket: Socket;
  readonly #up = { sent: 0, received: [] as number[] };
  readonly #down = { sent: 0, received: [] as number[] };
  readonly #disconnects: string[] = [];
  #speaking = false;
  #check = (): void => undefined;

  constructor({ wireway }: Stage, url: string, options: Partial<ConnectOptions> = {}) {
    wireway.on("connection", (socket) => {
      socket.on("up", (number: number) => {
        this.#up.received.push(number);
        this.#check();
      });
      const timer = setInterval(() => {
        if (this.#speaking) socket.emit("down", this.#down.sent++);
      }, everyMs);
      socket.on("disconnect", () => clearInterval(timer));
    });
    this.socket = connect(url, { forceNew: true, ...options });
    this.socket.on("down", (number: number) => {
      this.#down.received.push(number);
      this.#check();
    });
    this.socket.on("disconnect", (reason: string) => this.#disconnects.push(reason));
  }

  /** Twenty messages a second each way, from the moment that the session is there, and now and then many at once. */
  async speak(forMs: number, burst = 0): Promise<void> {
    if (!this.socket.connected) await new Promise<void>((resolve) => this.socket.once("connect", () => resolve()));
    this.#speaking = true;
    const timer = setInterval(() => this.socket.emit("up", this.#up.sent++), everyMs);
    const bursts = setInterval(() => {
      for (let i = 0; i < burst; i++) this.socket.emit("up", this.#up.sent++);
    }, burstEveryMs);
    await new Promise((resolve) => setTimeout(resolve, forMs));
    clearInterval(timer);
    clearInterval(bursts);
    this.#speaking = false;
  }

  /** Waits for the rest to arrive, and judges. */
  async expectAllOnceInOrder(proxy: RealProxy): Promise<void> {
    const all = deferred();
    this.#check = () => {
      if (this.#up.received.length >= this.#up.sent && this.#down.received.length >= this.#down.sent) all.resolve();
    };
    this.#check();
    // What is missing after that is lost: the judgement says what it is.
    const patience = setTimeout(all.resolve, patienceMs);
    await all.promise;
    clearTimeout(patience);
    const disconnects = [...this.#disconnects];
    this.socket.close();
    expect(this.#up.sent).toBeGreaterThan(50);
    expect(this.#down.sent).toBeGreaterThan(50);
    expect(this.#up.received, proxy.errors()).toEqual(Array.from({ length: this.#up.sent }, (_, number) => number));
    expect(this.#down.received, proxy.errors()).toEqual(Array.from({ length: this.#down.sent }, (_, number) => number));
    expect(disconnects).toEqual([]);
  }
}

/** Connections to the server that were ended by somebody between it and the client, so far. */
export function countCuts({ http }: Stage): () => number {
  let cuts = 0;
  http.on("request", (request, response) => {
    if (request.headers.upgrade !== undefined) request.socket.once("close", () => cuts++);
    else response.once("close", () => (cuts += response.writableFinished ? 0 : 1));
  });
  return () => cuts;
}
