// Kept mutants: each takes one rule out of the protocol's source, and the simulation has to notice. One that survives
// proves that the simulation proves nothing, or that the rule does not pay.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Profile } from "./faults.ts";

interface Mutant {
  readonly name: string;
  readonly profile: Profile;
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

const mutants: readonly Mutant[] = [
  {
    name: "no duplicate check",
    profile: "general",
    edits: [{ file: "ledger.ts", from: `if (number <= this.received) return "double";`, to: "" }],
  },
  {
    name: "no resend",
    profile: "single",
    edits: [
      { file: "road.ts", from: "this.sentTo ?? 0, ledger.outbox.acked", to: "this.sentTo ?? ledger.outbox.sent" },
    ],
  },
  {
    name: "resend without regard to what was written on the same road",
    profile: "single",
    edits: [
      {
        file: "road.ts",
        from: "this.isExchange ? ledger.outbox.acked : this.#writtenTo(ledger)",
        to: "ledger.outbox.acked",
      },
    ],
  },
  {
    name: "no idle limit",
    profile: "single",
    edits: [
      {
        file: "road.ts",
        from: "return this.#checkedBy ?? this.heardAt + terms.pingIntervalMs + terms.pingTimeoutMs;",
        to: "return terms ? Infinity : 0;",
      },
    ],
  },
  {
    name: "no epoch check",
    profile: "ghost",
    edits: [
      {
        file: "client-session.ts",
        from: `if (road.epoch < this.#epoch) return this.#drop(road, "superseded", now);`,
        to: "",
      },
      { file: "server-session.ts", from: "if (this.current && road.epoch < this.current.epoch) return;", to: "" },
      { file: "server-session.ts", from: "if (other.epoch < road.epoch) this.#drop", to: "if (false) this.#drop" },
    ],
  },
  {
    name: "no append check",
    profile: "ghost",
    edits: [
      {
        file: "server-session.ts",
        from: "behind, open.first, now, true",
        to: "behind, this.ledger.received + 1, now, true",
      },
    ],
  },
  {
    name: "no progress timer",
    profile: "capture",
    edits: [
      {
        file: "ledger.ts",
        from: "if (oldest === undefined) return Number.POSITIVE_INFINITY;",
        to: "if (oldest !== movedAt) return Infinity;",
      },
    ],
  },
  {
    name: "no confirmations",
    profile: "calm",
    edits: [{ file: "ledger.ts", from: "return this.#owedSince + terms.confirmDelayMs;", to: "return Infinity;" }],
  },
  {
    name: "the server moves when it accepts",
    profile: "capture",
    edits: [
      {
        file: "server-session.ts",
        from: "road.next = this.#process(road, behind, road.next, now);\n    });\n    return road;",
        to: "road.next = this.#process(road, behind, road.next, now);\n      this.#move(road, now);\n    });\n    return road;",
      },
    ],
  },
  {
    name: "the client trusts an answer",
    profile: "capture",
    edits: [
      {
        file: "client-session.ts",
        from: "road.speaking = false;\n    road.ping(now);",
        to: "this.#proved(road, now);",
      },
    ],
  },
  {
    name: "an older count is an error",
    profile: "general",
    edits: [
      {
        file: "outbox.ts",
        from: "if (received > this.sent) return false;",
        to: "if (received > this.sent || received < this.#acked) return false;",
      },
    ],
  },
  {
    name: "a session's nonce is forgotten with its end",
    profile: "ghost",
    edits: [{ file: "registry.ts", from: `this.#bury(nonce, "unknown_session");`, to: "" }],
  },
];

const source = fileURLToPath(new URL("../../../protocol/src/", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wireway-mutants-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(mutants)("the simulation notices: $name", { timeout: 120_000 }, async ({ name, profile, edits }) => {
  const simulation = await mutated(name, edits);
  expect(() => check(simulation, profile, 1_500)).toThrow();
});

test("without a mutation the same runs pass", { timeout: 120_000 }, async () => {
  const simulation = await mutated("none", []);
  for (const profile of new Set(mutants.map((mutant) => mutant.profile))) check(simulation, profile, 200);
});

type Simulation = typeof import("./simulate.ts");

/** Some at a time: most mutants fail soon. */
function check({ simulateMany, meanWaitLimitMs }: Simulation, profile: Profile, seeds: number): void {
  for (let seed = 1; seed <= seeds; seed += 100) {
    const { meanWaitMs } = simulateMany(profile, 100, seed);
    if (meanWaitMs > meanWaitLimitMs[profile]) throw new Error(`waits for ${meanWaitMs} ms`);
  }
}

/** The simulation, built with the edited source. */
async function mutated(name: string, edits: Mutant["edits"]): Promise<Simulation> {
  const outfile = join(folder, `${name.replaceAll(" ", "-")}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("./simulate.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@wireway/source"],
    logLevel: "error",
    plugins: [
      {
        name: "mutate",
        setup({ onLoad }) {
          onLoad({ filter: /protocol\/src\/.*\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, "utf8");
            for (const { from, to } of edits.filter(({ file }) => path === source + file)) {
              expect(contents.split(from), `${name}: the text to replace stands once`).toHaveLength(2);
              contents = contents.replace(from, () => to);
            }
            return { contents, loader: "ts" };
          });
        },
      },
    ],
  });
  return (await import(pathToFileURL(outfile).href)) as Simulation;
}
