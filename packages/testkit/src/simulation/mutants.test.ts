// Kept mutants: each takes one rule out of the protocol's source, and the simulation has to notice. One that survives
// proves that the simulation proves nothing, or that the rule does not pay.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Profile } from "./profiles.ts";

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
        from: `if (road.epoch < this.epoch) return this.drop(road, "superseded", now);`,
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
        to: "this.proved(road, now);",
      },
    ],
  },
  {
    name: "an answer is trusted for good",
    profile: "once",
    edits: [{ file: "trial.ts", from: `if (road.proven) road.trial = "due";`, to: "" }],
  },
  {
    name: "a trial that nothing comes of has no end",
    profile: "once",
    edits: [
      {
        file: "trial.ts",
        from: `if (typeof trial === "number") return trial;`,
        to: `if (typeof trial === "number") return Infinity;`,
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
  {
    name: "a wake-up checks nothing",
    profile: "moving",
    edits: [{ file: "road.ts", from: "this.#checkedBy = now + limitMs;", to: "" }],
  },
  {
    name: "any answer ends the check of a polling road",
    profile: "moving",
    edits: [
      {
        file: "exchanges.ts",
        from: "if (road.connection.polls && road !== session.current)",
        to: "if (road.connection.polls)",
      },
    ],
  },
  {
    name: "a late timer is not taken for a wake-up",
    profile: "single",
    edits: [{ file: "driver.ts", from: "if (now - dueAt > lateMs) session.wake(now);", to: "" }],
  },
  {
    name: "a client that slept expires by its own clock",
    profile: "single",
    edits: [
      {
        file: "client-session.ts",
        from: "this.#suspendedSince = Math.max(this.#suspendedSince, now - terms.resumeWindowMs);",
        to: "",
      },
    ],
  },
  {
    name: "a server that slept gives no time to come back",
    profile: "single",
    edits: [
      {
        file: "server-session.ts",
        from: "now - terms.resumeWindowMs + 2 * terms.pingTimeoutMs",
        to: "now - terms.resumeWindowMs",
      },
    ],
  },
  {
    name: "cuts teach nothing",
    profile: "quiet",
    edits: [
      {
        file: "path-limits.ts",
        from: "if (quietMs < leastQuietMs) return false;",
        to: "return quietMs >= leastQuietMs;",
      },
    ],
  },
  {
    name: "only the last cut of all is remembered",
    profile: "quiet",
    edits: [
      {
        file: "path-limits.ts",
        from: "this.#quietMs.set(transport, quietMs);",
        to: `this.#quietMs.set(transport && "", quietMs);`,
      },
    ],
  },
  {
    name: "a server ignores the wish for pings",
    profile: "quiet",
    edits: [
      { file: "server-session.ts", from: "Math.max(leastPingIntervalMs, ", to: "Math.max(this.terms.pingIntervalMs, " },
    ],
  },
  {
    name: "a full stream is written to",
    profile: "single",
    edits: [{ file: "server-session.ts", from: "if (road.connection.isFull) road.ready = false;", to: "" }],
  },
  {
    name: "a body that is too large is the connection's failure",
    profile: "narrow",
    edits: [
      {
        file: "exchanges.ts",
        from: "if (code === tooLarge && road.carriedMessages > 0) return refused(session, road, now);",
        to: "",
      },
    ],
  },
  {
    name: "a body that is too large is not followed by smaller ones",
    profile: "narrow",
    edits: [{ file: "path-limits.ts", from: "Math.floor(bytes / 2)", to: "bytes" }],
  },
  {
    name: "a body goes on where the refused one ended",
    profile: "narrow",
    edits: [
      { file: "exchanges.ts", from: "      road.sentTo = undefined;\n    } else", to: "    } else" },
      {
        file: "road.ts",
        from: "this.isExchange ? ledger.outbox.acked : this.#writtenTo(ledger)",
        to: "this.#writtenTo(ledger)",
      },
    ],
  },
  {
    name: "a pause before a request is repeated wakes nobody",
    profile: "refusing",
    edits: [{ file: "exchanges.ts", from: ", road.retryAt ?? Number.POSITIVE_INFINITY", to: "" }],
  },
  {
    name: "a refused request is repeated without a pause",
    profile: "refusing",
    edits: [
      {
        file: "exchanges.ts",
        from: "else if (failures > 1) road.retryAt = now + retryDelayMs * 2 ** (failures - 2);",
        to: "",
      },
    ],
  },
  {
    name: "a 5xx counts like no answer",
    profile: "refusing",
    edits: [{ file: "exchanges.ts", from: "isRefused ? maxRefusals : maxFailures", to: "maxFailures" }],
  },
  {
    name: "what is proven is moved to, although something as good serves",
    profile: "single",
    edits: [
      {
        file: "client-session.ts",
        from: `if (on && on !== road && this.#scoreOf(road) >= this.#scoreOf(on)) return this.drop(road, "superseded", now);`,
        to: "",
      },
    ],
  },
  {
    name: "last words name no first message",
    profile: "page",
    edits: [{ file: "farewell.ts", from: "epoch: epoch || 1, first: outbox.acked + 1 }", to: "epoch: 1 }" }],
  },
  {
    name: "last words hold no messages",
    profile: "page",
    edits: [{ file: "farewell.ts", from: "    packets.push(message);\n", to: "" }],
  },
  {
    name: "last words do not close",
    profile: "page",
    edits: [{ file: "farewell.ts", from: `packets.push(closePacket("closed"));`, to: "" }],
  },
  {
    name: "a redirect is told on one connection only",
    profile: "draining",
    edits: [{ file: "server-session.ts", from: "    road.redirect = this.#redirect;\n", to: "" }],
  },
  {
    name: "who leaves for the server's sake delivers nothing more",
    profile: "draining",
    edits: [
      {
        file: "client-session.ts",
        from: `if (this.#ending?.by !== "local" || this.#ending.reason === "server_closing") sink`,
        to: `if (this.#ending?.by !== "local") sink`,
      },
    ],
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
  for (const profile of new Set(mutants.map((mutant) => mutant.profile))) check(simulation, profile, 100);
});

type Simulation = typeof import("./simulate.ts");

/** Some at a time: most mutants fail soon. */
function check({ simulateMany, checkBudget }: Simulation, profile: Profile, seeds: number): void {
  for (let seed = 1; seed <= seeds; seed += 100) checkBudget(profile, simulateMany(profile, 100, seed));
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
