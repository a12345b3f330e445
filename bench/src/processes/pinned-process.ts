// Starts one of the two processes on a processor of its own, and ends it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { RemoteCalls, type Served } from "./remote-calls.ts";

/** Which processor each process has to itself; none where the machine has one, or no `taskset`. */
export const processors: Readonly<Record<"server" | "load", number>> | undefined = canPin()
  ? { server: 0, load: 1 }
  : undefined;

export interface PinnedOptions {
  readonly file: string;
  readonly place: "server" | "load";
  /** What runs it; this Node when missing. */
  readonly runtime?: string | undefined;
  readonly flags: readonly string[];
  readonly served: Served;
}

export class PinnedProcess {
  readonly calls: RemoteCalls;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor({ file, place, runtime, flags, served }: PinnedOptions) {
    const program = [runtime ?? process.execPath, ...flags, file];
    const [command = "", ...rest] = processors ? ["taskset", "-c", `${processors[place]}`, ...program] : program;
    this.#child = spawn(command, rest, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, NODE_ENV: "production" },
    });
    this.calls = new RemoteCalls(this.#child, served);
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.calls.end(new Error(`the ${place} process ended: ${signal ?? code}`));
        resolve();
      });
    });
    this.#child.once("error", (error) => this.calls.end(error));
  }

  /** An orderly end where there is a profile to write, else the quickest. */
  async end(orderly: boolean): Promise<void> {
    if (orderly) await this.calls.call("exit").catch(() => {});
    else this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

function canPin(): boolean {
  return availableParallelism() > 1 && spawnSync("taskset", ["-c", "0", "true"]).status === 0;
}
