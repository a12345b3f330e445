import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { resetSocket } from "./reset-socket.ts";

/** A connection of which the far end reads nothing. */
async function pair(): Promise<{ near: Socket; far: Socket; close: () => void }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  near.on("error", () => {});
  far.on("error", () => {});
  return { near, far, close: () => void server.close() };
}

test("a connection whose end is being sent is closed too", async () => {
  const { near, far, close } = await pair();
  if (near.connecting) await once(near, "connect");
  near.end();
  const closed = once(near, "close");
  resetSocket(near);
  await closed;
  expect(near.destroyed).toBe(true);
  far.destroy();
  close();
});

test("any other is reset", async () => {
  const { near, far, close } = await pair();
  if (near.connecting) await once(near, "connect");
  const failed = once(far, "error");
  far.resume();
  resetSocket(near);
  expect(((await failed) as [NodeJS.ErrnoException])[0].code).toBe("ECONNRESET");
  close();
});
