// Books a seat: node dist/client.js http://localhost:3000 B4 Ada

import { connect, type EventsOf, type HandledEventsOf, WirewayError } from "@wireway/client";
import type { events, serverEvents } from "./events.ts";

const [url = "", seat = "", name = ""] = process.argv.slice(2);
const socket = connect<HandledEventsOf<typeof serverEvents>, EventsOf<typeof events>>(url);
socket.on("booked", (other) => console.log(`${other.seat} is ${other.name}'s`));

try {
  const { ticket } = await socket.emitWithAck("book", { seat, name });
  console.log(`${seat} is yours, ticket ${ticket}`);
} catch (error) {
  if (!(error instanceof WirewayError)) throw error;
  console.log(error.code, error.details.reason ?? JSON.stringify(error.details.data));
}
await socket.close();
