// A program that cannot outlive us. It runs in a process group of its own, so that Ctrl-C in a terminal does not end
// it before the tests have closed what they opened, and so that all it started ends with it. A shell in the same
// group reads a pipe of ours: when we are gone, however that came, the pipe ends and so does the group. POSIX only.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

// The inner shell waits for the program, whose end is the end of all. The outer one waits for the end of the pipe,
// asks politely, and makes an end after three seconds. Zero stands for every process of the group.
const leash = `{ trap : TERM; "$@" </dev/null; kill -KILL 0; } &
trap : TERM
read -r _
kill -TERM 0
sleep 3
kill -KILL 0`;

const keptErrorChars = 2_000;

export class LeashedProcess {
  /** What the program writes to file descriptor 3, where some report a port or display they have chosen. */
  readonly report: Readable;
  /** Rejects when the program ends before `stop`, with the end of what it wrote to stderr. */
  readonly failed: Promise<never>;
  readonly #child: ChildProcess;
  #stopping = false;

  constructor(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn("sh", ["-c", leash, "sh", path, ...args], {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["pipe", "ignore", "pipe", "pipe"],
    });
    this.report = this.#child.stdio[3] as Readable;
    let errorTail = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errorTail = (errorTail + text).slice(-keptErrorChars);
    });
    this.failed = new Promise((_, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", () => {
        if (!this.#stopping) reject(new Error(`${path} ended by itself: ${errorTail.trim()}`));
      });
    });
    this.failed.catch(() => {}); // may happen while nobody is looking
  }

  /** Ends the program and all it started; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.stdin?.end();
    await exited;
  }
}
