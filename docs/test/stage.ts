// What samples that are run find in place of what they do not declare: a server that listens, sockets that are connected
// to it, and a console whose words are told apart by sample. Runs in a process of its own, which is killed at the end.

import { type Socket as ClientSocket, connect } from "@wireway/client";
import { Server } from "@wireway/server";

const port = Number(process.env["SAMPLE_PORT"]);

let listening: Promise<Server> | undefined;

/** Starts to listen when a page's first server sample asks for it; the others of the page get the same one. */
export function server(): Promise<Server> {
  listening ??= listen();
  return listening;
}

async function listen(): Promise<Server> {
  const wireway = new Server();
  await wireway.listen(port, "127.0.0.1");
  return wireway;
}

export async function client(): Promise<ClientSocket> {
  const socket = connect(`http://127.0.0.1:${port}`, { forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", () => resolve());
    socket.once("connect_error", reject);
  });
  return socket;
}

export function consoleOf(line: number): Pick<Console, "log"> {
  return {
    log: (...words: unknown[]) => {
      const text = words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" ");
      process.stdout.write(`${JSON.stringify({ line, text })}\n`);
    },
  };
}
