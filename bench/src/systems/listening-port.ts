// The port of a server that is about to listen on a free one.

import type { AddressInfo } from "node:net";

interface Listening {
  address(): AddressInfo | string | null;
  once(event: "listening", listener: () => void): unknown;
}

export async function listeningPort(server: Listening): Promise<number> {
  if (server.address() === null) await new Promise<void>((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}
