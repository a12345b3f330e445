// Both ends of one session that talk: each writes down what it sent and what it got, and the matrix's judge compares the two.
// Everything has to be there once, in order, both ways, in one session.

import { type ConnectOptions, connect, type Socket } from "@wireway/client";
import { expect } from "vitest";
import { isPerfect, judge } from "../matrix/judge.ts";
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
    void this.socket.close();
    expect(this.#up.sent).toBeGreaterThan(50);
    expect(this.#down.sent).toBeGreaterThan(50);
    for (const { sent, received } of [this.#up, this.#down]) {
      const judgement = judge(sent, received);
      expect(isPerfect(judgement), `${JSON.stringify(judgement)}\n${proxy.errors()}`).toBe(true);
    }
    expect(disconnects).toEqual([]);
  }
}
