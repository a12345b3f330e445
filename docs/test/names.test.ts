// Holds the pages for those who come from other libraries to those libraries' type declarations and to ours: every public
// name stands in a table, no table tells of one that is not there (any more), what is the same is here, what is absent is not.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exportsOf, type ForeignTypes, foreignNames } from "./foreign-names.ts";

/** The tables of a page by their headings, and the types whose names they list. */
interface Page {
  readonly file: string;
  readonly tables: Readonly<Record<string, readonly [module: string, types: readonly string[]]>>;
}

const socketIo: Page = {
  file: "from-socket-io.md",
  tables: {
    "Server: `io`": ["socket.io", ["Server"]],
    "Server: namespaces": ["socket.io", ["Namespace"]],
    "Server: broadcasts": ["socket.io", ["BroadcastOperator<Record<string, never>, unknown>"]],
    "Server: sockets of other servers": ["socket.io", ["RemoteSocket<Record<string, never>, unknown>"]],
    "Server: socket": ["socket.io", ["Socket"]],
    "Server: handshake": ["socket.io", ['Socket["handshake"]']],
    "Server: options": ["socket.io", ["ServerOptions"]],
    "Server: engine, `io.engine`": ["socket.io", ['Server["engine"]']],
    "Server: connection, `socket.conn`": ["socket.io", ['Socket["conn"]']],
    "Server: adapter": ["socket.io", ['Namespace["adapter"]']],
    "Client: `io()` and Manager": ["socket.io-client", ["Manager"]],
    "Client: socket": ["socket.io-client", ["Socket"]],
    "Client: options": ["socket.io-client", ["ManagerOptions", "SocketOptions"]],
    "Client: engine, `socket.io.engine`": ["socket.io-client", ['Manager["engine"]']],
  },
};

const sockJs: Page = {
  file: "from-sockjs.md",
  tables: {
    Server: ["sockjs", ["Server"]],
    "Server options": ["sockjs", ["ServerOptions"]],
    "Server connection": ["sockjs", ["Connection"]],
    "Client options": ["sockjs-client", ["Options"]],
  },
};

test.each([socketIo, sockJs])("$file tells of every name, and of no other", ({ file, tables }) => {
  const page = readFileSync(new URL(`../guide/${file}`, import.meta.url), "utf8");
  const headings = Object.keys(tables);
  const groups = headings.flatMap((heading, index): ForeignTypes[] => {
    const [module, types] = tables[heading] ?? ["", []];
    return types.map((type) => ({ module, types: { [`${index} `]: type } }));
  });
  const names = foreignNames(groups);
  for (const [index, heading] of headings.entries()) {
    const prefix = `${index} .`;
    const there = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    expect([heading, ...listed(page, heading)]).toEqual([heading, ...new Set(there)]);
  }
});

test.each([
  ["socket.io", "Server: what the module exports"],
  ["socket.io-client", "Client: what the module exports"],
])("the page tells of everything that %s exports", (module, heading) => {
  const page = readFileSync(new URL("../guide/from-socket-io.md", import.meta.url), "utf8");
  expect(listed(page, heading)).toEqual(exportsOf(module).sort());
});

/** Our types, for tables whose names can be compared with theirs. */
const ours: Readonly<Record<string, readonly [module: string, type: string]>> = {
  "Server: `io`": ["@wireway/server", "Server"],
  "Server: namespaces": ["@wireway/server", "Namespace"],
  "Server: broadcasts": ["@wireway/server", "Broadcast"],
  "Server: sockets of other servers": ["@wireway/server", "RemoteSocket"],
  "Server: socket": ["@wireway/server", "Socket"],
  "Server: handshake": ["@wireway/server", "SocketHandshake"],
  "Server: options": ["@wireway/server", "ServerOptions"],
  "Client: socket": ["@wireway/client", "Socket"],
  "Client: options": ["@wireway/client", "ConnectOptions"],
};

test("what is the same as in Socket.IO is here, and what is absent is not", () => {
  const page = readFileSync(new URL("../guide/from-socket-io.md", import.meta.url), "utf8");
  const headings = Object.keys(ours);
  const groups = headings.map((heading, index): ForeignTypes => {
    const [module, type] = ours[heading] ?? ["", ""];
    return { module, types: { [`${index} `]: type } };
  });
  const names = new Set(foreignNames(groups));
  for (const [index, heading] of headings.entries()) {
    const isHere = (name: string): boolean => names.has(`${index} .${name}`);
    expect([heading, ...listed(page, heading, "same").filter((name) => !isHere(name))]).toEqual([heading]);
    expect([heading, ...listed(page, heading, "absent").filter(isHere)]).toEqual([heading]);
  }
});

/** The names in code font in the first column of the first table below a heading, those of one verdict or all; sorted. */
function listed(page: string, heading: string, verdict?: string): string[] {
  const section = page.split(`\n### ${heading}\n`)[1] ?? "";
  const lines = section.split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  const rows = lines.slice(start + 2, end).map((line) => line.split("|"));
  const chosen = rows.filter(([, , here = ""]) => verdict === undefined || here.trim() === verdict);
  return chosen.flatMap(([, cell = ""]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)).sort();
}
