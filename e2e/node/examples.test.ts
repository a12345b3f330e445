// Every example does what its README says: started as users start it, and driven by the client that they would use. What
// has a page is driven in a browser besides, by tests/examples.spec.ts.

import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "@wireway/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { examplesFolder, type RunningServer, startProgram, startServer } from "../examples/start-program.ts";
import { transportNames, transports } from "./stage.ts";

async function startExample(name: string, file?: string, port?: number): Promise<RunningServer> {
  const server = await startServer(name, file, port);
  onTestFinished(() => server.stop());
  return server;
}

function join(url: string, transport: string, headers: Record<string, string> = {}): Socket {
  const socket = connect(url, { transports: [(transports[transport] as () => never)()], forceNew: true, headers });
  onTestFinished(() => void socket.close());
  return socket;
}

function heard(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    socket.once(event, (...args: unknown[]) => resolve(args));
  });
}

const json = { "content-type": "application/json" };

describe.each(["express", "http", "fastify", "hono", "koa"])("the chat on %s", (name) => {
  test("talks over every transport, and its own routes speak to all", async () => {
    const { url } = await startExample(name);
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    const sockets = transportNames.map((transport) => join(url, transport));
    await Promise.all(sockets.map((socket) => heard(socket, "connect")));
    expect(sockets.map((socket) => socket.connection.transport)).toEqual(transportNames);

    const [speaker, ...listeners] = sockets as [Socket, ...Socket[]];
    const chats = listeners.map((socket) => heard(socket, "chat"));
    expect(await speaker.emitWithAck("chat", "hello")).toBe("delivered");
    expect(await Promise.all(chats)).toEqual(listeners.map(() => ["hello"]));

    const news = sockets.map((socket) => heard(socket, "news"));
    const { status } = await fetch(`${url}/news`, { method: "POST", headers: json, body: '{"text":"lunch"}' });
    expect(status).toBe(204);
    const words = ["http", "koa"].includes(name) ? "somebody asked for news" : "lunch";
    expect(await Promise.all(news)).toEqual(sockets.map(() => [words]));
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  });
});

test("the server of the shopping list keeps it and tells the others, over every transport", async () => {
  const { url } = await startExample("react");
  const sockets = transportNames.map((transport) => join(url, transport));
  const lists = await Promise.all(sockets.map((socket) => heard(socket, "items")));
  expect(lists).toEqual(sockets.map(() => [[]]));
  const [first, ...others] = sockets as [Socket, ...Socket[]];
  const changes = others.map((socket) => heard(socket, "items"));
  const bread = { id: "1", text: "Bread", done: false };
  expect(await first.emitWithAck("save", bread)).toEqual(bread);
  expect(await Promise.all(changes)).toEqual(others.map(() => [[bread]]));
  expect(await heard(join(url, "websocket"), "items")).toEqual([[bread]]);
});

test("the server of the market says prices and takes orders, over every transport", async () => {
  const { url } = await startExample("worker");
  for (const socket of transportNames.map((transport) => join(url, transport))) {
    expect(await heard(socket, "price")).toEqual([expect.any(String), expect.any(Number)]);
    expect(await socket.emitWithAck("buy", "Tin")).toMatch(/^bought Tin at \d+\.\d\d$/);
  }
});

test("the members' chat lets in who has logged in, over every transport, until they log out", async () => {
  const { url } = await startExample("express-session");
  const strangers = transportNames.map((transport) => join(url, transport));
  const refusals = await Promise.all(strangers.map((socket) => heard(socket, "connect_error")));
  for (const [error] of refusals)
    expect(error).toMatchObject({ code: "refused", details: { reason: "not_logged_in" } });

  const form = new URLSearchParams({ name: "Ada" });
  const answer = await fetch(`${url}/login`, { method: "POST", body: form, redirect: "manual" });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  // As a browser would.
  const headers = { cookie, origin: url };
  const members = transportNames.map((transport) => join(url, transport, headers));
  await Promise.all(members.map((socket) => heard(socket, "connect")));
  const chats = members.map((socket) => heard(socket, "chat"));
  members[0]?.emit("chat", "hello");
  expect(await Promise.all(chats)).toEqual(members.map(() => ["Ada", "hello"]));

  const ends = members.map((socket) => heard(socket, "disconnect"));
  await fetch(`${url}/logout`, { method: "POST", headers, redirect: "manual" });
  expect((await Promise.all(ends)).map(([reason]) => reason)).toEqual(members.map(() => "closed"));
  const [refusal] = await heard(join(url, "websocket", headers), "connect_error");
  expect(refusal).toMatchObject({ code: "refused", details: { reason: "not_logged_in" } });
});

test("the theatre takes what fits its schemas, and tells what does not, over every transport", async () => {
  const { url } = await startExample("zod", "dist/server.js");
  for (const [index, transport] of transportNames.entries()) {
    const socket = join(url, transport);
    const seat = `A${index + 1}`;
    // The schema takes the spaces off the name.
    expect(await socket.emitWithAck("book", { seat, name: "  Ada " })).toEqual({ ticket: index + 1 });
    expect(await heard(join(url, transport), "booked")).toEqual([{ seat: "A1", name: "Ada" }]);
    await expect(socket.emitWithAck("book", { seat, name: "Grace" })).rejects.toMatchObject({
      code: "rejected",
      details: { reason: "taken" },
    });
    await expect(socket.emitWithAck("book", { seat: "Z9", name: "Grace" })).rejects.toMatchObject({
      code: "invalid_arguments",
      details: { data: [{ path: [0, "seat"] }] },
    });
    await expect(socket.emitWithAck("dance")).rejects.toMatchObject({ code: "unknown_event" });
  }
});

test("the theatre's client books a seat, and says what was wrong with the order", async () => {
  const { url } = await startExample("zod", "dist/server.js");
  const book = async (...order: string[]): Promise<string> => {
    const { lines } = startProgram("zod", ["dist/client.js", url, ...order]);
    const printed: string[] = [];
    for await (const line of lines) printed.push(line);
    return printed.join(", ");
  };
  expect(await book("B4", "Ada")).toBe("B4 is yours, ticket 1");
  expect(await book("B4", "Grace")).toBe("B4 is Ada's, rejected taken");
  expect(await book("Z9", "Grace")).toMatch(/^B4 is Ada's, invalid_arguments .*is a row from A to F/);
});

test("the chat in a terminal sends what is typed, and comes back to a server that was started again", async () => {
  const first = await startExample("http");
  const other = join(first.url, "websocket");
  const terminal = startProgram("terminal", ["chat.js", first.url]);
  onTestFinished(() => terminal.stop());
  const printed = terminal.lines[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value } = (await printed.next()) as { value: string };
    // Said each time that the client looks for the server and it is not there.
    return value.startsWith("cannot connect: ") ? next() : value;
  };

  expect(await next()).toBe("connected over websocket");
  const chat = heard(other, "chat");
  terminal.type("hello");
  expect(await chat).toEqual(["hello"]);
  expect(await next()).toBe("delivered: hello");
  other.emit("chat", "hello yourself");
  expect(await next()).toBe("> hello yourself");
  await fetch(`${first.url}/news`, { method: "POST" });
  expect(await next()).toBe("news: somebody asked for news");

  await first.stop("SIGKILL");
  terminal.type("is anybody there?");
  await startExample("http", undefined, Number(new URL(first.url).port));
  expect(await next()).toMatch(/^disconnected: /);
  const told = [];
  for (let line = ""; line !== "connected over websocket"; told.push(line)) line = await next();
  expect(told).toContain("perhaps not arrived: is anybody there?");
  expect(told).toContain("disconnected: is anybody there?");
  terminal.type("and now?");
  expect(await next()).toBe("delivered: and now?");
  terminal.child.stdin?.end();
  await new Promise((resolve) => terminal.child.once("exit", resolve));
  expect(terminal.child.exitCode).toBe(0);
});

/**
 * Lines of code of each program of an example: its pages, which a build tool puts together from `src/`, and its servers.
 * Comments and blank lines are not counted, nor what a build tool is told, nor markup and styles.
 */
function programs(name: string): Record<string, number> {
  const lines: Record<string, number> = {};
  for (const file of readdirSync(`${examplesFolder}${name}`, { recursive: true, encoding: "utf8" })) {
    if (!/\.(?:js|tsx?)$/.test(file) || /node_modules|dist\/|\.config\./.test(file)) continue;
    const text = readFileSync(`${examplesFolder}${name}/${file}`, "utf8");
    const program = file.startsWith("src/") ? "src" : file;
    lines[program] = (lines[program] ?? 0) + text.split("\n").filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length;
  }
  return lines;
}

const names = readdirSync(examplesFolder).filter((name) => !["demo", "README.md"].includes(name));

test.each(names)("each program of the example %s has at most 60 lines", (name) => {
  const lines = Object.values(programs(name));
  expect(lines.length).toBeGreaterThan(0);
  for (const count of lines) expect(count).toBeLessThanOrEqual(60);
});
