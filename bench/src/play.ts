// Plays one repetition of a scenario with one system: a fresh server, a fresh load, and nothing of them is left behind.

import { join } from "node:path";
import { findBun } from "./processes/bun.ts";
import { PinnedProcess } from "./processes/pinned-process.ts";
import type { Served } from "./processes/remote-calls.ts";
import type { Figures } from "./scenarios/scenario.ts";
import { systemNamed } from "./systems/systems.ts";

export interface PlayOptions {
  readonly scenario: string;
  readonly system: string;
  readonly size: "full" | "quick";
  /** Folder of the bundled programs. */
  readonly programs: string;
  /** Where a profile of the server is written; none when missing. */
  readonly profile?: { readonly folder: string; readonly file: string } | undefined;
}

/** For a repetition that hangs, or a machine that has no time for it. */
const limitMs = { full: 240_000, quick: 30_000 } as const;

export async function play({ scenario, system, size, programs, profile }: PlayOptions): Promise<Figures> {
  const isBun = systemNamed(system).runtime === "bun";
  const startServer = (): PinnedProcess =>
    new PinnedProcess({
      file: join(programs, "server-process.mjs"),
      place: "server",
      runtime: isBun ? findBun(programs) : undefined,
      flags: isBun ? [] : ["--expose-gc", ...(profile ? profileFlags(profile) : [])],
      served: {},
    });
  let server = startServer();
  const passedOn = ["start", "usage", "settle", "tick", "outboxBytes"].map((name) => [
    name,
    (argument: unknown) => server.calls.call(name, argument),
  ]);
  const load = new PinnedProcess({
    file: join(programs, "load-process.mjs"),
    place: "load",
    flags: ["--max-semi-space-size=64"],
    served: {
      ...(Object.fromEntries(passedOn) as Served),
      restart: async () => {
        await server.end(false);
        server = startServer();
      },
    },
  });
  const limit = setTimeout(() => load.calls.end(new Error(`not done within ${limitMs[size]} ms`)), limitMs[size]);
  try {
    return await load.calls.call<Figures>("play", { scenario, system, size });
  } finally {
    clearTimeout(limit);
    await Promise.all([server.end(profile !== undefined), load.end(false)]);
  }
}

function profileFlags({ folder, file }: { folder: string; file: string }): string[] {
  return ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`, "--cpu-prof-interval=250"];
}
