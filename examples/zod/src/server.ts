// Sells the seats of a theatre. No handler ever sees what does not fit the schemas.

import { Refusal, Server } from "@wireway/server";
import { events, serverEvents } from "./events.ts";

const wireway = new Server({ events, serverEvents });
const booked = new Map<string, string>();

wireway.on("connection", (socket) => {
  for (const [seat, name] of booked) socket.emit("booked", { seat, name });
  socket.on("book", ({ seat, name }) => {
    if (booked.has(seat)) throw new Refusal("taken", { message: `${seat} is taken` });
    booked.set(seat, name);
    socket.broadcast.emit("booked", { seat, name });
    return { ticket: booked.size };
  });
});

const http = await wireway.listen(Number(process.env.PORT ?? 3000));
console.log(`http://localhost:${(http.address() as { port: number }).port}`);
