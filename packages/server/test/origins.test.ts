// Which pages may connect: the same answer on every transport, WebSocket included.

import { encodePayload, openPacket } from "@wireway/protocol";
import type { ServerOptions } from "@wireway/server";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { allTransports, fetchRaw, joining, nonce, post, type TransportName } from "./raw-client.ts";
import { startServer } from "./test-server.ts";

const other = "https://other.example";

/** The status that a dial with the origin gets, and the answer's headers. */
async function dial(
  base: string,
  transport: TransportName,
  origin: string | undefined,
  cookie?: string,
): Promise<{ status: number; headers: Record<string, unknown> }> {
  const headers: Record<string, string> = { ...(origin !== undefined && { origin }), ...(cookie && { cookie }) };
  const url = `${base}?v=1&transport=${transport}`;
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  if (transport === "polling") return post(url, packets, headers);
  if (transport === "streaming") {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers, "content-type": "text/plain" },
      body: encodePayload(packets),
    });
    await response.body?.cancel();
    return { status: response.status, headers: Object.fromEntries(response.headers) };
  }
  if (transport === "sse") {
    const { json, status } = await post(`${url}&request=ticket`, packets, cookie ? headers : undefined);
    if (status !== 200) return { status, headers: {} };
    const response = await fetch(`${url}&ticket=${json.ticket}`, { headers });
    await response.body?.cancel();
    return { status: response.status, headers: Object.fromEntries(response.headers) };
  }
  const webSocket = new WebSocket(url.replace("http", "ws"), { headers });
  return new Promise((resolve) => {
    webSocket.on("open", () => {
      webSocket.terminate();
      resolve({ status: 200, headers: {} });
    });
    webSocket.on("unexpected-response", (_request, { statusCode = 0, headers }) =>
      resolve({ status: statusCode, headers }),
    );
    webSocket.on("error", () => undefined);
  });
}

describe.each(allTransports)("%s", (transport) => {
  const status = async (
    options: ServerOptions,
    origin: string | ((base: string) => string) | undefined,
  ): Promise<number> => {
    const { base } = await startServer(options);
    return (await dial(base, transport, typeof origin === "function" ? origin(base) : origin)).status;
  };
  const own = (base: string): string => new URL(base).origin;

  it("lets in what names no origin, and its own pages", async () => {
    expect(await status({}, undefined)).toBe(200);
    expect(await status({}, own)).toBe(200);
    expect(await status({}, (base) => own(base).replace("http:", "https:"))).toBe(200);
  });

  it("wants to know whose page it is that carries cookies", async () => {
    const { base } = await startServer();
    const answer = async (origin?: string): Promise<number> => (await dial(base, transport, origin, "sid=1")).status;
    expect([await answer(), await answer(own(base)), await answer(other)]).toEqual([403, 200, 403]);
    const open = await startServer({ cookiesWithoutOrigin: true });
    expect((await dial(open.base, transport, undefined, "sid=1")).status).toBe(200);
    expect((await dial(open.base, transport, other, "sid=1")).status).toBe(403);
  });

  it.each([other, "null", "", "http://127.0.0.1", "http://127.0.0.1:1", "file://", "not an origin"])(
    "refuses %j by default",
    async (origin) => {
      expect(await status({}, origin)).toBe(403);
    },
  );

  it("lets in the origins that are listed, exactly", async () => {
    const origins = [other, /^https:\/\/[a-z]+\.friend\.example$/g];
    expect(await status({ origins }, other)).toBe(200);
    expect(await status({ origins }, own)).toBe(200);
    expect(await status({ origins }, "https://a.friend.example")).toBe(200);
    expect(await status({ origins }, `${other}.evil.example`)).toBe(403);
    expect(await status({ origins }, `${other}:8443`)).toBe(403);
    expect(await status({ origins }, "http://other.example")).toBe(403);
    expect(await status({ origins }, "null")).toBe(403);
    expect(await status({ origins: ["null"] }, "null")).toBe(200);
  });

  it("lets in all with a star, and what a function allows", async () => {
    expect(await status({ origins: "*" }, other)).toBe(200);
    expect(await status({ origins: "*" }, "null")).toBe(200);
    expect(await status({ origins: (origin, request) => origin === other && request.url !== undefined }, other)).toBe(
      200,
    );
    expect(await status({ origins: () => false }, other)).toBe(403);
  });

  it("refuses when the function throws, and reports it", async () => {
    const origins = (): boolean => {
      throw new Error("database is down");
    };
    const { base, wireway } = await startServer({ origins });
    const reported = vi.fn();
    wireway.on("error", reported);
    expect((await dial(base, transport, other)).status).toBe(403);
    expect(reported).toHaveBeenCalledWith(new Error("database is down"), { event: "origins" });
  });

  it("lets the page read the answer", async () => {
    if (transport === "websocket") return;
    const { base } = await startServer({ origins: [other] });
    const { headers } = await dial(base, transport, other);
    expect(headers).toMatchObject({
      "access-control-allow-origin": other,
      "access-control-allow-credentials": "true",
      vary: "Origin",
    });
  });
});

it("lets a page's own event stream carry cookies, whose GET names no origin", async () => {
  const { base } = await startServer();
  const url = `${base}?v=1&transport=sse`;
  const packets = [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
  const { json } = await post(`${url}&request=ticket`, packets, { cookie: "sid=1", origin: new URL(base).origin });
  const response = await fetch(`${url}&ticket=${json.ticket}`, { headers: { cookie: "sid=1" } });
  expect(response.status).toBe(200);
  await response.body?.cancel();
});

it("answers a refused origin with JSON that no other page may read", async () => {
  const { base } = await startServer();
  const { status, json, headers } = await post(`${base}?v=1&transport=polling`, [], { origin: other });
  expect([status, json.code]).toEqual([403, "origin_not_allowed"]);
  expect(headers["access-control-allow-origin"]).toBeUndefined();
});

it("lets an allowed page read errors too", async () => {
  const { base } = await startServer({ origins: [other] });
  const { status, headers } = await fetchRaw(`${base}?v=9`, { headers: { origin: other } });
  expect([status, headers["access-control-allow-origin"]]).toEqual([400, other]);
});

it("answers a preflight", async () => {
  const { base } = await startServer({ origins: [other] });
  const preflight = { "access-control-request-method": "POST", "access-control-request-headers": "x-tenant" };
  const { status, headers } = await fetchRaw(base, { method: "OPTIONS", headers: { origin: other, ...preflight } });
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    "access-control-allow-origin": other,
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET, POST",
    "access-control-allow-headers": "x-tenant",
    "access-control-max-age": "600",
  });
  const refused = await fetchRaw(base, {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", ...preflight },
  });
  expect(refused.status).toBe(403);
});
