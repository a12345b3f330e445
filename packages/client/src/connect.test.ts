import { afterEach, expect, it } from "vitest";
import { type ConnectOptions, connect, type Socket, type Transport, WirewayError } from "./index.ts";

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) void socket.close();
});

/** A transport that nothing ever comes back from. */
function silence(dials: string[]): Transport {
  return {
    name: "silence",
    dial: (url, { clock }, listener) => {
      dials.push(url.href);
      return {
        transport: "silence",
        lane: "stream",
        polls: false,
        send: () => undefined,
        poll: () => undefined,
        close: (reason) => clock.defer(() => listener.closed({ reason })),
      };
    },
  };
}

function open(url: string, options: ConnectOptions): Socket {
  const socket = connect(url, options);
  sockets.push(socket);
  return socket;
}

function reason(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WirewayError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

it("takes the namespace from the path, and the server's own path from the options", () => {
  const dials: string[] = [];
  const transports = [silence(dials)];
  expect(open("ws://server.test:8080/ch%C3%A4t?room=1#top", { transports }).namespace).toBe("/chät");
  expect(open("https://server.test", { transports, path: "/other/" }).namespace).toBe("/");
  expect(dials).toEqual(["http://server.test:8080/wireway/?room=1", "https://server.test/other/"]);
});

it("shares one session between the namespaces of a server, unless asked not to or the namespace is taken", () => {
  const dials: string[] = [];
  const transports = [silence(dials)];
  open("http://server.test/a", { transports });
  open("http://server.test/b", { transports });
  expect(dials).toHaveLength(1);
  open("http://server.test/c", { transports, forceNew: true });
  expect(dials).toHaveLength(2);
  open("http://server.test/a", { transports });
  expect(dials).toHaveLength(3);
});

it("refuses addresses that are none, or not of a server", () => {
  for (const url of ["/relative", "not an address", "ftp://server.test/"]) {
    expect(reason(() => open(url, {}))).toBe("invalid_option: option url must be an address by http, https, ws or wss");
  }
  expect(reason(() => open("http://server.test/a,b", {}))).toMatch("invalid_namespace");
});

it("refuses every number that is out of its range, naming option and range", () => {
  const names = [
    "attemptDelayMs",
    "dialTimeoutMs",
    "reconnectDelayMinMs",
    "reconnectDelayMaxMs",
    "maxUnconfirmedBytes",
    "highWaterBytes",
    "maxMessageBytes",
  ];
  for (const name of names) {
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12, "5", null]) {
      const options = { [name]: value } as unknown as ConnectOptions;
      expect(reason(() => open("http://server.test", options))).toMatch(`option ${name} must be a whole number from`);
    }
  }
});

it("refuses options that contradict each other or mean nothing", () => {
  const refused: ConnectOptions[] = [
    { reconnectDelayMinMs: 6_000 },
    { path: "wireway" },
    { transports: [] },
    { transports: [silence([]), silence([])] },
  ];
  expect(refused.map((options) => reason(() => open("http://server.test", options)))).toEqual([
    "invalid_option: option reconnectDelayMaxMs must be at least reconnectDelayMinMs",
    "invalid_option: option path must be a string that begins with /",
    "invalid_option: option transports must list at least one transport",
    "invalid_option: option transports must not list a transport twice",
  ]);
});
