// A proxy that somebody else wrote, run for one test: on a free port of loopback, with its configuration in a folder of
// its own, in the foreground. It is ready when its port accepts, ends when it is closed, and cannot outlive the tests.
// Not here: how each program wants to be called and configured; that is one file per program beside this one.

import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LeashedProcess } from "../browsers/leashed-process.ts";
import { freePort } from "../free-port.ts";
import { findProxy, type ProxyName, proxyPrograms } from "./find-proxy.ts";

/** What a configuration has to know about where it will run. */
export interface Place {
  /** Where the proxy listens, on 127.0.0.1. */
  readonly port: number;
  /** What it stands in front of, as `127.0.0.1:54321`. */
  readonly target: string;
  /** For whatever the program needs beside its configuration. */
  readonly folder: string;
}

/** A configuration, without what every test needs alike (logs, temporary folders, the foreground). */
export type Configure = (place: Place) => string;

export interface RealProxy {
  readonly name: ProxyName;
  /** Where it is, without a slash at the end. */
  readonly url: string;
  readonly place: Place;
  /** The end of what it wrote to its error log. */
  errors(): string;
  close(): Promise<void>;
}

export interface Program {
  readonly name: ProxyName;
  /** The whole configuration. */
  readonly config: Configure;
  /** What the program is called with; the configuration lies at `configPath`. */
  readonly args: (configPath: string, place: Place) => readonly string[];
  readonly env?: (place: Place) => Readonly<Record<string, string>>;
}

/** What a configuration calls its error log, where the program can write one. */
export function errorLogOf({ folder }: Place): string {
  return join(folder, "error.log");
}

const startTries = 3;
const startTimeoutMs = 15_000;
const keptErrorChars = 4_000;

/** @throws {Error} with the program's own words when it does not start. */
export async function startProxy(program: Program, target: string): Promise<RealProxy> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(program, target);
    } catch (error) {
      // Somebody else may have taken the port between our choice of it and the program's.
      if (tries === startTries || !/in use|cannot bind/i.test(String(error))) throw error;
    }
  }
}

async function start({ name, config, args, env }: Program, target: string): Promise<RealProxy> {
  const path = findProxy(name);
  if (path === undefined) {
    throw new Error(
      `${name} is not installed: node scripts/ensure-proxies.mjs, or the Debian package ${packageOf(name)}`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), `wireway-${name}-`));
  // Started by root, some leave root's rights behind before they open their files.
  await chmod(folder, 0o777);
  const place = { port: await freePort(), target, folder };
  const configPath = join(folder, "config");
  await writeFile(configPath, config(place));
  const child = new LeashedProcess(path, args(configPath, place), env?.(place));
  const errors = (): string => tailOf(errorLogOf(place));
  const close = async (): Promise<void> => {
    await child.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const waiting = new AbortController();
  try {
    await Promise.race([accepts(place.port, waiting.signal), child.failed]);
  } catch (error) {
    const log = errors();
    await close();
    throw new Error(`${name} did not start: ${String(error)}\n${log}`);
  } finally {
    waiting.abort();
  }
  return { name, url: `http://127.0.0.1:${place.port}`, place, errors, close };
}

function packageOf(name: ProxyName): string {
  return proxyPrograms[name].debianPackage;
}

/** Resolves when the port takes a connection. */
async function accepts(port: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!signal.aborted) {
    const socket = connect(port, "127.0.0.1");
    const [event] = await Promise.race([
      once(socket, "connect").then(() => ["connect"]),
      once(socket, "error").then(() => ["error"]),
    ]).catch(() => ["error"]);
    socket.destroy();
    if (event === "connect") return;
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${port} after ${startTimeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function tailOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").slice(-keptErrorChars).trim() : "";
}
