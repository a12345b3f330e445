/**
 * The size budgets of the browser client, in bytes after `gzip -9`: what was reached and 2 %, so that it grows by decision
 * only. The goals stand beside them; lower a budget whenever a change comes nearer. Bundles are made from the built files by the same
 * code as the published ones, which also refuses any Node module in them. Exits with 1 above a budget.
 * `--why` also lists which files the bytes come from.
 */
import { gzipSync } from "node:zlib";
import { bundleClient } from "./client-bundle.mjs";

const budgets = [
  { name: "everything", budgetBytes: 20_280, goalBytes: 12_000, code: `export * from "@wireway/client";` },
  {
    name: "WebSocket only",
    budgetBytes: 16_640,
    goalBytes: 9_000,
    code: `import { connect, webSocket } from "@wireway/client/core"; globalThis.wireway = { connect, webSocket };`,
  },
  {
    // By itself; beside a client it shares the envelopes, and adds 13 kB. msgpackr is 12 of them.
    name: "MessagePack",
    budgetBytes: 13_900,
    goalBytes: 5_000,
    code: `export * from "@wireway/client/msgpack";`,
  },
];

const rows = [];
for (const { name, budgetBytes, goalBytes, code } of budgets) {
  const { outputFiles, metafile } = await bundleClient({ entry: { code }, format: "esm" });
  if (process.argv.includes("--why")) explain(name, metafile);
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
  const gzipBytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
  rows.push({
    client: name,
    minified: bytes,
    "gzip -9": gzipBytes,
    budget: budgetBytes,
    left: budgetBytes - gzipBytes,
    goal: goalBytes,
    "to the goal": Math.max(0, gzipBytes - goalBytes),
  });
}
console.table(rows);

/** Minified bytes per file, largest first. */
function explain(name, metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  console.log(`${name}:`);
  for (const [path, { bytesInOutput }] of inputs.sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)) {
    if (bytesInOutput > 0) console.log(`${String(bytesInOutput).padStart(7)} ${path.replace(/^.*node_modules\//, "")}`);
  }
}

const over = rows.filter(({ left }) => left < 0);
for (const { client, "gzip -9": gzipBytes, budget } of over) {
  console.error(`the client with ${client} is ${gzipBytes} bytes, the budget is ${budget}`);
}
if (over.length > 0) process.exitCode = 1;
