// Requests as no browser makes them: heads, methods, URLs, queries, upgrades. Each row is the bytes and what they are
// answered with; nothing else happens, and the bystander does not notice.
// Source: RFC 9112 for what is broken; CVE-2020-7693, CVE-2022-21676, CVE-2022-41940, CVE-2024-37890 and CVE-2021-32640 for
// what broke others.

import { encodePayload, openPacket } from "@wireway/protocol";
import { describe, expect, it } from "vitest";
import { headOf, statusesOf, upgradeLines } from "../raw-bytes.ts";
import { allTransports, nonce, type TransportName } from "../raw-client.ts";
import { connectRaw, exchangeRaw } from "../raw-tcp.ts";
import { Arena } from "./arena.ts";

const path = "/wireway/";
const last = "Connection: close";
const dialQuery: Record<TransportName, string> = {
  websocket: "v=1&transport=websocket",
  streaming: "v=1&transport=streaming",
  sse: "v=1&transport=sse&request=ticket",
  polling: "v=1&transport=polling",
};

function dialBody(): string {
  return encodePayload([openPacket({ nonce: nonce(), received: 0, first: 1 })]);
}

/** What begins with the transport: an upgrade, or a POST with a dial. */
function dial(transport: TransportName, lines: readonly string[], query: string = dialQuery[transport]): string {
  if (transport === "websocket") return headOf("GET", `${path}?${query}`, [...upgradeLines, ...lines]);
  const body = dialBody();
  const own = ["Content-Type: text/plain", `Content-Length: ${body.length}`, last];
  return headOf("POST", `${path}?${query}`, [...own, ...lines]) + body;
}

/** The server's own address stands for OWN in a row. */
function at(port: number, bytes: string): string {
  return bytes.replace("Host: 127.0.0.1", "Host: OWN").replaceAll("OWN", `127.0.0.1:${port}`);
}

const cookie = "Cookie: sid=victim";

describe.each(allTransports)("another site's page, over %s", (transport) => {
  it.each([
    ["a foreign origin", ["Origin: https://evil.example", cookie]],
    ["a foreign origin without cookies", ["Origin: https://evil.example"]],
    ["no origin beside cookies", [cookie]],
    ["an opaque origin", ["Origin: null", cookie]],
    ["an empty origin", ["Origin:", cookie]],
    ["an origin that begins like the own", ["Origin: http://OWN.evil.example", cookie]],
    ["an origin that ends like the own", ["Origin: http://evil-OWN", cookie]],
    ["an origin with the own one for a user", ["Origin: http://OWN@evil.example", cookie]],
    ["an origin with a user", ["Origin: http://evil@OWN", cookie]],
    ["an origin with a path", ["Origin: http://OWN/evil", cookie]],
    ["another scheme at the own host", ["Origin: javascript://OWN", cookie]],
    ["the own host at another port", ["Origin: http://127.0.0.1:1", cookie]],
    ["two origins, the own one first", ["Origin: http://OWN", "Origin: https://evil.example", cookie]],
    ["two origins in one", ["Origin: http://OWN, https://evil.example", cookie]],
    ["a forwarded host", ["X-Forwarded-Host: evil.example", "Origin: https://evil.example", cookie]],
  ])("is refused with %s", async (_what, lines) => {
    const arena = await Arena.open();
    const answer = await arena.underFire(() => exchangeRaw(arena.port, at(arena.port, dial(transport, lines))));
    expect(statusesOf(answer)).toEqual([403]);
    expect(answer).not.toMatch(/access-control-allow/i);
    expect(arena.wireway.sockets.size).toBe(1);
  });

  it("is let in with the own origin", async () => {
    const { port } = await Arena.open();
    const socket = connectRaw(port);
    socket.write(at(port, dial(transport, ["Origin: http://OWN", cookie])));
    const head = await new Promise<Buffer>((resolve) => void socket.once("data", resolve));
    expect(statusesOf(head.toString("latin1"))[0]).toBe(transport === "websocket" ? 101 : 200);
  });
});

describe.each(["streaming", "sse", "polling"] as const)("a form of another site's page, over %s", (transport) => {
  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "is refused as %s, to dial and to send",
    async (type) => {
      const arena = await Arena.open();
      const body = `${dialBody()}=`;
      const post = (query: string): Promise<string> => {
        const lines = [`Content-Type: ${type}`, `Content-Length: ${body.length}`, cookie, "Origin: null", last];
        return exchangeRaw(arena.port, headOf("POST", `${path}?${query}`, lines) + body);
      };
      const send = `v=1&transport=${transport}&request=send`;
      const answers = await arena.underFire(async () => [await post(dialQuery[transport]), await post(send)]);
      expect(answers.flatMap(statusesOf)).toEqual([403, 403]);
    },
  );
});

/** Broken heads, and heads that are too much: Node's parser answers, or ends the connection. */
const heads: readonly (readonly [what: string, bytes: string, statuses: readonly number[]])[] = [
  ["nothing of HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
  ["a line break alone for each", `POST ${path}?v=1 HTTP/1.1\nHost: a\nX: y\n\n`, [400]],
  ["no host", `POST ${path}?v=1&transport=polling HTTP/1.1\r\nContent-Length: 0\r\n\r\n`, [400]],
  [
    "two content lengths",
    headOf("POST", `${path}?v=1&transport=polling`, ["Content-Length: 5", "Content-Length: 6"]),
    [400],
  ],
  [
    "a length and chunks",
    headOf("POST", `${path}?v=1&transport=polling`, ["Content-Length: 5", "Transfer-Encoding: chunked"]),
    [400],
  ],
  ["a negative length", headOf("POST", `${path}?v=1`, ["Content-Length: -1"]), [400]],
  ["a length of text", headOf("POST", `${path}?v=1`, ["Content-Length: 0x10"]), [400]],
  ["a length beyond all numbers", headOf("POST", `${path}?v=1`, [`Content-Length: ${"9".repeat(40)}`]), [400]],
  ["an unknown transfer coding", headOf("POST", `${path}?v=1`, ["Transfer-Encoding: identity, x"]), [400]],
  [
    "a chunk of a broken size",
    `${headOf("POST", `${path}?v=1&transport=polling`, ["Content-Type: text/plain", "Transfer-Encoding: chunked"])}zz\r\nx\r\n0\r\n\r\n`,
    [400],
  ],
  ["a line break inside a header", headOf("POST", `${path}?v=1`, ["X: a\rb", last]), [400]],
  ["a header with NUL", headOf("POST", `${path}?v=1`, ["X: a\0b", last]), [400]],
  ["a folded header", headOf("POST", `${path}?v=1`, ["X: a", " b", last]), [400]],
  ["a header without a colon", headOf("POST", `${path}?v=1`, ["nonsense", last]), [400]],
  ["a header of 32 KiB", headOf("POST", `${path}?v=1`, [`X: ${"x".repeat(32_768)}`, last]), [431]],
  ["a URL of 32 KiB", headOf("GET", `${path}?v=1&${"x".repeat(32_768)}`, [last]), [431]],
  // Node leaves out all but the first 2,000, and with them what says the body's type.
  [
    "3,000 headers",
    headOf("POST", `${path}?v=1&transport=polling`, [last, ...Array(3_000).fill("X: y"), "Content-Type: text/plain"]),
    [415],
  ],
  ["an expectation of its own", headOf("POST", `${path}?v=1`, ["Expect: everything", last]), [417]],
];

it.each(heads)("answers a request with %s", async (_what, bytes, statuses) => {
  const arena = await Arena.open();
  const socket = connectRaw(arena.port);
  const read = await arena.underFire(() => exchangeRaw(arena.port, bytes));
  expect(statusesOf(read)).toEqual(statuses);
  socket.destroy();
});

/** Methods, URLs and queries; each asks to close the connection behind the answer. */
const lines = ["Content-Type: text/plain", "Content-Length: 0", last];
const requests: readonly (readonly [what: string, method: string, url: string, statuses: readonly number[]])[] = [
  ...["PUT", "DELETE", "PATCH", "TRACE", "HEAD", "PROPFIND"].map(
    (method) => [`the method ${method}`, method, `${path}?v=1&transport=polling`, [405]] as const,
  ),
  ["a method of nobody's", "HELLO", `${path}?v=1&transport=polling`, [400]],
  ["another path", "POST", "/wireway/../etc/passwd?v=1&transport=polling", [404]],
  ["an encoded path", "POST", "/wireway%2f?v=1&transport=polling", [404]],
  ["two slashes in front", "POST", "//wireway/?v=1&transport=polling", [404]],
  ["an absolute URL", "POST", "http://evil.example/wireway/?v=1&transport=polling", [404]],
  ["a star", "OPTIONS", "*", [404]],
  ["no query", "POST", path, [400]],
  ["an empty query", "POST", `${path}?`, [400]],
  ["two versions, the wrong one first", "POST", `${path}?v=2&v=1&transport=polling`, [400]],
  ["a version in an array", "POST", `${path}?v[]=1&transport=polling`, [400]],
  ["a version with a space", "POST", `${path}?v=1%20&transport=polling`, [400]],
  ["the version of another protocol", "POST", `${path}?EIO=4&transport=polling`, [400]],
  ["a transport in an array", "POST", `${path}?v=1&transport[]=polling`, [400]],
  ["a transport of an object's", "POST", `${path}?v=1&transport=constructor`, [400]],
  ["a request of an object's", "POST", `${path}?v=1&transport=polling&request=constructor`, [400]],
  ["a method of an object's", "GET", `${path}?v=1&transport=__proto__`, [400]],
  ["a line break in the query", "POST", `${path}?v=1%0d%0aSet-Cookie:%20a=b&transport=polling`, [400]],
  ["half an escape", "POST", `${path}?v=%&transport=%E0%A4%A`, [400]],
  ["the query's names in __proto__", "POST", `${path}?__proto__[v]=1&__proto__[polluted]=1`, [400]],
  ["10 KB of query", "POST", `${path}?v=1&transport=polling&x=${"y".repeat(10_000)}`, [400]],
  ["1,000 names in the query", "POST", `${path}?v=1&transport=polling${"&a=b".repeat(1_000)}`, [400]],
  ["a ticket that breaks lines", "GET", `${path}?v=1&transport=sse&ticket=%0d%0aa%3a%20b`, [404]],
  ["a ticket of an object's", "GET", `${path}?v=1&transport=sse&ticket=__proto__`, [404]],
  ["no ticket", "GET", `${path}?v=1&transport=sse`, [404]],
];

it.each(requests)("answers %s", async (_what, method, url, statuses) => {
  const arena = await Arena.open();
  const read = await arena.underFire(() => exchangeRaw(arena.port, headOf(method, url, lines)));
  expect(statusesOf(read)).toEqual(statuses);
  expect(read).not.toMatch(/^(?:set-cookie|a):/im);
});

it("does not let a preflight's wish break out of its header", async () => {
  const arena = await Arena.open({ origins: "*" });
  const wish = ["Origin: https://a.example", "Access-Control-Request-Headers: x\xe9, y\tz, a:b", last];
  const read = await arena.underFire(() => exchangeRaw(arena.port, headOf("OPTIONS", path, wish)));
  expect(statusesOf(read)).toEqual([204]);
  expect(read.match(/^access-control-allow-headers:/gim)).toHaveLength(1);
});

/** Upgrades that are none, or that are for somebody else. */
const webSocket = `${path}?v=1&transport=websocket`;
const without = (name: string): string[] => upgradeLines.filter((line) => !line.startsWith(name));
const upgrades: readonly (readonly [what: string, bytes: string, statuses: readonly number[]])[] = [
  ["another path", headOf("GET", "/elsewhere", upgradeLines), []],
  ["another transport", headOf("GET", `${path}?v=1&transport=polling`, upgradeLines), [405]],
  ["no version", headOf("GET", path, upgradeLines), [400]],
  ["another protocol", headOf("GET", webSocket, [...without("Upgrade"), "Upgrade: h2c"]), [426]],
  ["a POST", headOf("POST", webSocket, [...upgradeLines, "Content-Length: 0"]), [426]],
  ["no key", headOf("GET", webSocket, without("Sec-WebSocket-Key")), [426]],
  [
    "a key of the wrong length",
    headOf("GET", webSocket, [...without("Sec-WebSocket-Key"), "Sec-WebSocket-Key: aa=="]),
    [426],
  ],
  [
    "an old version",
    headOf("GET", webSocket, [...without("Sec-WebSocket-Version"), "Sec-WebSocket-Version: 99"]),
    [426],
  ],
  [
    "a protocol with a line break's code",
    headOf("GET", webSocket, [...upgradeLines, "Sec-WebSocket-Protocol: a%0d%0a(b"]),
    [426],
  ],
  ["one protocol twice", headOf("GET", webSocket, [...upgradeLines, "Sec-WebSocket-Protocol: a, a"]), [426]],
  [
    "a protocol of 10,000 spaces",
    headOf("GET", webSocket, [...upgradeLines, `Sec-WebSocket-Protocol: a${" ".repeat(10_000)}b`]),
    [426],
  ],
];

it.each(upgrades)("refuses an upgrade with %s", async (_what, bytes, statuses) => {
  const arena = await Arena.open();
  expect(statusesOf(await arena.underFire(() => exchangeRaw(arena.port, bytes)))).toEqual(statuses);
});

it.each([
  ["an extension of an object's", ["Sec-WebSocket-Extensions: constructor, __proto__; toString=1"]],
  ["deflate of a window of nothing", ["Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=0"]],
  ["1,000 extensions", [`Sec-WebSocket-Extensions: ${"a,".repeat(1_000)}a`]],
  ["a protocol that nobody knows", ["Sec-WebSocket-Protocol: __proto__"]],
  ["an address of its own", ["X-Forwarded-For: 10.0.0.1\t, __proto__", "Forwarded: for=unknown"]],
])("takes an upgrade with %s, and none of that", async (_what, more) => {
  const arena = await Arena.open();
  const head = await arena.underFire(async () => {
    const socket = connectRaw(arena.port);
    socket.write(headOf("GET", webSocket, [...upgradeLines, ...more]));
    return new Promise<Buffer>((resolve) => void socket.once("data", resolve));
  });
  expect(head.toString("latin1")).toMatch(/^HTTP\/1.1 101 /);
  expect(head.toString("latin1")).not.toMatch(/sec-websocket-extensions/i);
});

it("survives clients that go in the middle of everything", async () => {
  const arena = await Arena.open();
  const half = [
    headOf("GET", webSocket, upgradeLines),
    headOf("GET", webSocket, upgradeLines).slice(0, -2),
    headOf("GET", "/elsewhere", upgradeLines),
    dial("polling", []).slice(0, -10),
    dial("streaming", []),
    dial("sse", []),
    headOf("POST", `${path}?v=1&transport=polling&request=send`, ["Content-Type: text/plain", "Content-Length: 99"]),
  ];
  await arena.underFire(async () => {
    for (const [index, bytes] of [...half, ...half].entries()) {
      const socket = connectRaw(arena.port);
      const closed = new Promise((resolve) => void socket.on("close", resolve));
      socket.on("connect", () =>
        socket.write(bytes, () => (index < half.length ? socket.destroy() : socket.resetAndDestroy())),
      );
      await closed;
    }
  });
});

describe("requests behind each other on one connection", () => {
  const one = (): string => dial("polling", []).replace(`${last}\r\n`, "");

  it("are answered in order", async () => {
    const arena = await Arena.open();
    const read = await arena.underFire(() => exchangeRaw(arena.port, one() + one() + dial("polling", [])));
    expect(statusesOf(read)).toEqual([200, 200, 200]);
  });

  it("are not answered behind one that was refused before its body", async () => {
    const arena = await Arena.open();
    const refused = one().replace("v=1", "v=2");
    const read = await arena.underFire(() => exchangeRaw(arena.port, refused + dial("polling", [])));
    expect(statusesOf(read)).toEqual([400]);
  });

  it("are answered behind one that was refused when its body was there", async () => {
    const arena = await Arena.open();
    const refused = one().replace("v=1", "v=2");
    const read = await arena.underFire(() => exchangeRaw(arena.port, one() + refused + dial("polling", [])));
    expect(statusesOf(read)).toEqual([200, 400, 200]);
  });

  it("leave nothing behind when the connection ends", async () => {
    const arena = await Arena.open();
    await arena.underFire(async () => {
      const socket = connectRaw(arena.port);
      // A stream stays open; what is behind it has no turn.
      socket.write(one().replace("polling", "streaming") + one() + one().replace("polling", "streaming"));
      await new Promise((resolve) => void socket.once("data", resolve));
      socket.resetAndDestroy();
    });
    // It would wait for responses that never end.
    await arena.wireway.close({ timeoutMs: 0 });
  });

  it("are cut when there are many", async () => {
    const arena = await Arena.open();
    const read = await arena.underFire(() =>
      exchangeRaw(arena.port, one().replace("polling", "streaming") + headOf("GET", path).repeat(100_000)),
    );
    // The stream's head may be lost with the connection.
    expect(statusesOf(read).filter((status) => status !== 200)).toEqual([]);
  });

  it.each([
    ["a stream", "streaming", false],
    ["a stream, with an HTTP middleware", "streaming", true],
    ["a refusal that waits for its body", "refused", false],
    ["a refusal that waits for its body, with an HTTP middleware", "refused", true],
  ])("are cut when one is an upgrade, behind %s", async (_what, first, hasMiddleware) => {
    const arena = await Arena.open();
    if (hasMiddleware) arena.wireway.use((_request: unknown, _response: unknown, next: () => void) => next());
    const held = first === "streaming" ? one().replace("polling", first) : one().replace("v=1", "v=2").slice(0, -1);
    const read = await arena.underFire(() => exchangeRaw(arena.port, held + headOf("GET", webSocket, upgradeLines)));
    // Its answer would stand in the middle of another one.
    expect(statusesOf(read)).not.toContain(101);
  });
});
