// Many clients in a process of their own, each on default options with a session of its own. Told `{ url, count }` it
// connects them; asked for a report it says where they are. Times are of the wall clock, which all processes share.

import { connect } from "@wireway/client";

const clients = [];

function begin(url) {
  const socket = connect(url, { forceNew: true });
  const client = { socket, disconnects: [], errors: [] };
  clients.push(client);
  socket.on("connection", arrived);
  socket.on("connect", arrived);
  socket.on("disconnect", (reason) => client.disconnects.push(reason));
  socket.on("connect_error", ({ code }) => client.errors.push(code));
}

/** Admitted, and with a connection; what is proven later may still replace it. */
function isThere({ socket }) {
  return socket.connected && socket.connection.transport !== undefined;
}

/** What is waited for: all to be there, and on this transport if one is named. */
let awaited;

function arrived() {
  if (!awaited) return;
  const { transport } = awaited;
  if (
    !clients.every((client) => isThere(client) && [undefined, client.socket.connection.transport].includes(transport))
  )
    return;
  awaited = undefined;
  process.send({ there: Date.now() });
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
  if (message.url !== undefined) for (let i = 0; i < message.count; i++) begin(message.url);
  if (message.await) {
    awaited = message.await;
    arrived();
  }
  if (message.report) process.send({ report: report() });
});
process.on("disconnect", () => process.exit());
