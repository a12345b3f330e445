// What is kept of the request that began a session.

import type { Handshake, ServerOptions } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, fetchRaw, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

async function handshakeOf(transport: TransportName, query: string, options: ServerOptions = {}): Promise<Handshake> {
  const { base, wireway } = await startServer(options);
  const connected = next<[{ handshake: Handshake }]>((listener) => wireway.once("connection", listener));
  const client = new RawClient(base, transport);
  const url = client.url.bind(client);
  client.url = (given) => url(given) + query;
  await client.open({ behind: [{ type: "message", data: "0" }], headers: { "x-real-ip": "192.0.2.7" } });
  dropped(client);
  return (await connected)[0].handshake;
}

describe.each(allTransports)("%s", (transport) => {
  it("tells the application's part of the query, and nothing of the protocol's", async () => {
    const query = "&room=lobby&room=hall&__proto__=x&empty=&caf%C3%A9=a%20b%0d%0a";
    const { query: told, url } = await handshakeOf(transport, query);
    expect(Object.entries(told)).toEqual([
      ["room", "hall"],
      ["__proto__", "x"],
      ["empty", ""],
      ["café", "a b\r\n"],
    ]);
    expect(url).toContain("transport=");
    expect({}).not.toHaveProperty("x");
  });

  it("keeps what the application wants to keep of the request", async () => {
    const { context, address } = await handshakeOf(transport, "", {
      context: ({ headers }) => ({ realIp: headers["x-real-ip"] }),
      clientAddress: ({ headers }) => String(headers["x-real-ip"]),
    });
    expect([context, address]).toEqual([{ realIp: "192.0.2.7" }, "192.0.2.7"]);
  });
});

it("tells the connection's other end, and no context, when nobody says more", async () => {
  expect(await handshakeOf("websocket", "")).toMatchObject({ address: "127.0.0.1", context: {}, query: {} });
});

it.each([
  ["an address of several lines", { clientAddress: () => "192.0.2.7\n[error] all is lost" }],
  ["an address without end", { clientAddress: () => "1".repeat(129) }],
  ["an address that is none", { clientAddress: () => undefined as unknown as string }],
  [
    "a context that throws",
    {
      context: () => {
        throw new Error("no session");
      },
    },
  ],
])("refuses and reports %s", async (_what, options) => {
  const { base, wireway } = await startServer(options);
  const errors: unknown[] = [];
  wireway.on("error", (error) => errors.push(error));
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const upgrade = await fetchRaw(`${base}?v=1&transport=websocket`, { method: "GET", headers });
  expect([upgrade.status, upgrade.json.code, errors.length]).toEqual([500, "internal", 1]);
  const client = new RawClient(base, "streaming");
  await expect(client.open({})).rejects.toThrow("status 500");
  expect(errors).toHaveLength(2);
});
