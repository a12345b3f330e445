// Many clients in a process of their own, each on default options with a session of its own. Told `{ url, count }` it
// connects them; asked for a report it says where they are. Told `{ bare, count }` it opens so many WebSockets without us.
// Times are of the wall clock, which all processes share.

import { connect } from "@wireway/client";
import { WebSocket } from "ws";

const everyMs = 3;
const clients = [];
let expected = 0;
/** How many are admitted and on this transport; undefined is none. What is proven later may still replace it. */
const counts = new Map();
/** What is waited for: all to be there, and on this transport if one is named. */
let awaited;

function begin(url) {
  const socket = connect(url, { forceNew: true });
  const client = { socket, disconnects: [], errors: [] };
  clients.push(client);
  let counted;
  let transport;
  // Looking at all of them at every event would cost more than what is tested.
  const look = () => {
    const now = socket.connected ? transport : undefined;
    if (now === counted) return;
    if (counted) counts.set(counted, counts.get(counted) - 1);
    if (now) counts.set(now, (counts.get(now) ?? 0) + 1);
    counted = now;
    arrived();
  };
  socket.on("connection", (info) => {
    transport = info.transport;
    look();
  });
  socket.on("connect", look);
  socket.on("disconnect", (reason) => {
    client.disconnects.push(reason);
    look();
  });
  socket.on("connect_error", ({ code }) => client.errors.push(code));
}

/** One after another: that so many come at once for the first time is not what this is about. */
function beginAll(url, count) {
  if (count === 0) return;
  begin(url);
  setTimeout(beginAll, everyMs, url, count - 1);
}

function arrived() {
  if (!awaited) return;
  const { transport } = awaited;
  const there = transport ? (counts.get(transport) ?? 0) : [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (there < expected) return;
  awaited = undefined;
  process.send({ there: Date.now() });
}

/** All at once, as those do whose server is back: opened, and answered once. */
async function beginBare(url, count) {
  const began = Array.from({ length: count }, () => {
    const socket = new WebSocket(url);
    socket.on("open", () => socket.send("hello"));
    return new Promise((resolve, reject) => {
      socket.on("message", () => resolve(socket));
      socket.on("error", reject);
    });
  });
  const sockets = await Promise.all(began);
  process.send({ bareThere: Date.now() });
  for (const socket of sockets) socket.terminate();
}

function report() {
  const tally = (values) => {
    const counts = {};
    for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  return {
    transports: tally(clients.map(({ socket }) => String(socket.connection.transport))),
    disconnects: tally(clients.flatMap(({ disconnects }) => disconnects)),
    errors: tally(clients.flatMap(({ errors }) => errors)),
    inactive: clients.filter(({ socket }) => !socket.active).length,
  };
}

process.on("message", (message) => {
  if (message.url !== undefined) {
    expected = message.count;
    beginAll(message.url, message.count);
  }
  if (message.bare !== undefined) void beginBare(message.bare, message.count);
  if (message.await) {
    awaited = message.await;
    arrived();
  }
  if (message.report) process.send({ report: report() });
});
process.on("disconnect", () => process.exit());
