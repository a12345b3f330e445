// A chat in a terminal. What is typed waits while there is no connection, arrives once and in order, and what is not known
// to have arrived is told.

import { createInterface } from "node:readline";
import { connect } from "@wireway/client";

const socket = connect(process.argv[2] ?? "http://localhost:3000");

socket.on("connect", () => console.log(`connected over ${socket.connection.transport}`));
socket.on("chat", (text) => console.log(`> ${text}`));
socket.on("news", (text) => console.log(`news: ${text}`));
socket.on("disconnect", (reason, { unconfirmed }) => {
  console.log(`disconnected: ${reason}`);
  for (const { args } of unconfirmed) console.log(`perhaps not arrived: ${args[0]}`);
});
socket.on("connect_error", (error) => console.log(`cannot connect: ${error.message}`));

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await socket.emitWithAck("chat", line).catch((error) => error.code);
  console.log(`${answer}: ${line}`);
}
await socket.close();
