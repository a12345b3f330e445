// A program of an example, started as its README says: `npm start` there is `node <file>`. It listens on a free port and
// prints its address first.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The folder with all of them. */
export const examplesFolder: string = fileURLToPath(new URL("../../examples/", import.meta.url));

export interface Program {
  readonly child: ChildProcess;
  /** What it prints; the address of a server that was started by `startServer` is not among it any more. */
  readonly lines: Interface;
  type(line: string): void;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** @param name Of the example's folder. @param args What stands behind `node` in its package.json, and what to add. */
export function startProgram(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, args, {
    cwd: `${examplesFolder}${name}`,
    // A test runner's own conditions and options are none of the example's business.
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  return {
    child,
    lines: createInterface({ input: child.stdout }),
    type: (line) => void child.stdin.write(`${line}\n`),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, "exit");
    },
  };
}

export interface RunningServer extends Program {
  readonly url: string;
}

/** Resolves when it has printed its address; rejects when it ends before. */
export async function startServer(name: string, file = "server.js", port = 0): Promise<RunningServer> {
  const program = startProgram(name, [file], { PORT: String(port) });
  const ended = once(program.child, "exit").then(([code]) => {
    throw new Error(`${name}/${file} ended with ${String(code)} before it listened`);
  });
  const [url] = (await Promise.race([once(program.lines, "line"), ended])) as [string];
  ended.catch(() => undefined);
  return { ...program, url };
}
