// Runs the samples of the guide that say so, page by page, each page in a process of its own: its server's samples, then its
// client's, against a server and over connections that are real. Each has to print what its comments tell.

import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";
import { pages, type Sample, samplesOf, told, missing as undeclared } from "./samples.ts";

const folder = fileURLToPath(new URL("../.samples/run/", import.meta.url));
const limitMs = 15_000;

interface Words {
  readonly line: number;
  readonly text: string;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = pages.filter((page) => samplesOf(page).some(({ isRun }) => isRun));

test("there are samples to run", () => {
  expect(run.length).toBeGreaterThan(0);
});

describe.each(run)("%s", (page) => {
  // A page may show the client first; it would find no server.
  const order = ["server", undefined, "client"];
  const samples = samplesOf(page)
    .filter(({ isRun }) => isRun)
    .sort((a, b) => order.indexOf(a.side) - order.indexOf(b.side));

  test(
    "prints what it tells",
    async () => {
      const port = await freePort();
      const { words, stop, failed } = start(await bundled(page, samples, port), port);
      try {
        const missing = (): string[] =>
          samples.flatMap((sample) =>
            unheard(
              told(sample),
              words.filter(({ line }) => line === sample.line).map(({ text }) => text),
            ).map((text) => `line ${sample.line}: ${text}`),
          );
        await Promise.race([failed, expect.poll(missing, { timeout: limitMs }).toEqual([])]);
      } finally {
        await stop();
      }
    },
    limitMs * 2,
  );
});

/** What of the expected was not heard in its order; more may be heard in between. */
function unheard(expected: readonly string[], heard: readonly string[]): readonly string[] {
  let at = 0;
  for (const text of heard) if (text === expected[at]) at++;
  return expected.slice(at);
}

/** @returns the path of a script that runs the samples one after the other. */
async function bundled(page: string, samples: readonly Sample[], port: number): Promise<string> {
  const name = page.replace(/^.*\//, "").replace(/\.md$/, "");
  mkdirSync(`${folder}${name}`, { recursive: true });
  for (const sample of samples) {
    writeFileSync(`${folder}${name}/${sample.line}.ts`, moduleOf(sample).replaceAll("3000", String(port)));
  }
  const outfile = `${folder}${name}.mjs`;
  await build({
    stdin: {
      contents: samples.map(({ line }) => `import "./${line}.ts";`).join("\n"),
      resolveDir: `${folder}${name}`,
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@wireway/source"],
    logLevel: "silent",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}

function moduleOf(sample: Sample): string {
  const names = undeclared(sample);
  const socket = sample.side === "client" && names.includes("socket") ? "const socket = await stage.client();" : "";
  const wireway = names.includes("wireway") ? "const wireway = await stage.server();" : "";
  const head = `import * as stage from "../../../test/stage.ts"; const console = stage.consoleOf(${sample.line}); ${wireway}${socket}`;
  return `${head}\n${sample.code}`;
}

function start(script: string, port: number): { words: Words[]; stop: () => Promise<void>; failed: Promise<never> } {
  const child = spawn(process.execPath, [script], { env: { ...process.env, SAMPLE_PORT: String(port) } });
  const words: Words[] = [];
  let rest = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) words.push(JSON.parse(line) as Words);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const over = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  const failed = new Promise<never>((_resolve, reject) => {
    void over.then((code) => {
      if (code !== 0 && code !== null) reject(new Error(errors));
    });
  });
  failed.catch(() => undefined);
  return {
    words,
    failed,
    stop: async () => {
      child.kill("SIGKILL");
      await over;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
