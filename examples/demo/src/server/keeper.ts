// Keeps the server's process: starts it, kills it the hard way and starts it again. It never lives longer than this one:
// the channel between the two closes with either.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WeatherNews } from "../shared/events.ts";
import type { Order, Word } from "./leash.ts";

export interface KeeperOptions {
  /** The server listens here now. */
  readonly onListening: (port: number) => void;
  /** The server died without being asked to. */
  readonly onCrash: (how: string) => void;
  /** Whether its memory can be measured after a collection. */
  readonly measurable: boolean;
}

export interface Memory {
  readonly pid: number;
  readonly heapBytes: number;
  readonly residentBytes: number;
}

const program = fileURLToPath(new URL("server.js", import.meta.url));
/** Pause before a server that died by itself is started again. */
const crashPauseMs = 1_000;

export class Keeper {
  readonly #options: KeeperOptions;
  #child: ChildProcess | undefined;
  #isEnding = false;
  #starting: Promise<void> | undefined;
  #restarts = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** How many times it was killed and started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Resolves when the server listens; rejects when it ended first. */
  start(): Promise<void> {
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Kills the process as a crash would, and starts the next one. */
  async restart(): Promise<void> {
    if (this.#starting) return this.#starting;
    this.#restarts += 1;
    await this.#kill();
    if (!this.#isEnding) await this.start();
  }

  tellWeather(news: WeatherNews): void {
    this.#order({ type: "weather", news });
  }

  async measure(): Promise<Memory> {
    const child = this.#child;
    if (!child) throw new Error("the server does not run");
    const answer = new Promise<Memory>((resolve) => {
      const listener = (word: Word): void => {
        if (word.type !== "measured") return;
        child.off("message", listener);
        const { pid, heapBytes, residentBytes } = word;
        resolve({ pid, heapBytes, residentBytes });
      };
      child.on("message", listener);
    });
    this.#order({ type: "measure" });
    return answer;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#kill();
  }

  async #start(): Promise<void> {
    const execArgv = this.#options.measurable ? ["--expose-gc"] : [];
    const child = fork(program, { execArgv, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child = child;
    child.once("exit", (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (!this.#isEnding) this.#crashed(signal ?? `code ${code}`);
    });
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error("the server ended before it listened")));
      child.on("message", (word: Word) => {
        if (word.type !== "listening") return;
        this.#options.onListening(word.port);
        resolve();
      });
    });
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  #crashed(how: string): void {
    this.#options.onCrash(how);
    setTimeout(() => {
      if (!this.#isEnding) this.start().catch(() => {});
    }, crashPauseMs);
  }

  #order(order: Order): void {
    if (this.#child?.connected) this.#child.send(order);
  }
}
