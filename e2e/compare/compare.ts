// The comparison of Wireway with Socket.IO and SockJS over the rows of the matrix, in Node: measures, and writes the
// figures between the markers of docs/guide/transports.md and into a JSON file beside it.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join } from "node:path";
import { measure } from "./measure.ts";
import { sockJs } from "./sock-js.ts";
import { socketIo } from "./socket-io.ts";
import { tablesOf } from "./table.ts";
import { wireway } from "./wireway.ts";

const begin = "<!-- figures: npm run compare -->";
const end = "<!-- end of figures -->";

/** @param root folder of the repository. */
export async function compare(root: string): Promise<void> {
  const versionOf = (name: string): string => {
    const require = createRequire(join(root, "e2e/package.json"));
    return (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string }).version;
  };
  const version = versionOf("socket.io-client");
  const systems = [
    wireway,
    socketIo(`Socket.IO ${version}`, {}),
    socketIo(`Socket.IO ${version}, WebSocket first`, {
      transports: ["websocket", "polling"],
      tryAllTransports: true,
    }),
    sockJs(`SockJS ${versionOf("sockjs-client")}`),
  ];
  const figures = await measure(systems, (line) => console.log(line));
  const names = systems.map(({ name }) => name);
  const path = join(root, "docs/guide/transports.md");
  const page = readFileSync(path, "utf8");
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} has no place for the figures`);
  const day = new Date().toISOString().slice(0, 10);
  const where = `Measured on ${day} with Node ${process.versions.node} on ${process.platform}, ${cpus().length} cores.`;
  writeFileSync(path, `${before}${begin}\n\n${where}\n\n${tablesOf(figures, names)}\n\n${end}${after}`);
  const json = { day, node: process.versions.node, systems: names, figures };
  writeFileSync(join(root, "docs/guide/transports-figures.json"), `${JSON.stringify(json, null, 2)}\n`);
}
