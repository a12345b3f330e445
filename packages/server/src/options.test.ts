import { jsonCodec, WirewayError } from "@wireway/protocol";
import { expect, it } from "vitest";
import { defaultOptions, resolveOptions, type ServerOptions } from "./options.ts";

it("fills in the defaults", () => {
  expect(defaultOptions).toEqual({
    path: "/wireway/",
    origins: [],
    cookiesWithoutOrigin: false,
    terms: {
      pingIntervalMs: 15_000,
      pingTimeoutMs: 5_000,
      confirmDelayMs: 1_000,
      resumeWindowMs: 120_000,
      maxMessageBytes: 2_097_152,
      maxBodyBytes: 4_194_304,
    },
    maxUnconfirmedBytes: 8_388_608,
    highWaterBytes: 1_048_576,
    maxSuspendedBytes: 67_108_864,
    maxSessions: 100_000,
    maxHandshakes: 5_000,
    connectTimeoutMs: 45_000,
    bodyTimeoutMs: 10_000,
    headersTimeoutMs: 10_000,
    middlewareTimeoutMs: 10_000,
    context: undefined,
    clientAddress: undefined,
    authenticate: undefined,
    adapter: undefined,
    webSocketEngine: undefined,
    requestsTimeoutMs: 5_000,
    clusterHeartbeatMs: 5_000,
    authenticateTimeoutMs: 10_000,
    authenticationGraceMs: 30_000,
    sessionMessagesPerSecond: Number.POSITIVE_INFINITY,
    sessionBytesPerSecond: Number.POSITIVE_INFINITY,
    addressMessagesPerSecond: Number.POSITIVE_INFINITY,
    addressBytesPerSecond: Number.POSITIVE_INFINITY,
    rateBurstSeconds: 5,
    volatileBytes: 131_072,
    whenBehind: "disconnect",
    events: undefined,
    serverEvents: undefined,
    codec: jsonCodec,
  });
});

it("takes undefined for not given", () => {
  expect(resolveOptions({ path: undefined, maxSessions: undefined } as unknown as ServerOptions)).toEqual(
    defaultOptions,
  );
});

const names = [
  ...Object.keys(defaultOptions.terms),
  ...Object.entries(defaultOptions).flatMap(([name, value]) =>
    typeof value === "number" && !name.endsWith("PerSecond") ? [name] : [],
  ),
];

it.each(names)("refuses what %s may not be, and names it", (name) => {
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "5", null, {}, true, 5n]) {
    // Null is not undefined: it was given.
    if (value === null && !(name in defaultOptions.terms)) continue;
    let error: unknown;
    try {
      resolveOptions({ [name]: value });
    } catch (thrown) {
      error = thrown;
    }
    expect(error, `${name}: ${typeof value}`).toBeInstanceOf(WirewayError);
    expect((error as WirewayError).code).toBe("invalid_option");
    expect((error as WirewayError).message).toMatch(
      new RegExp(`^option ${name} must be a whole number from \\d+ to \\d+$`),
    );
  }
});

it("refuses an adapter that lacks a method", () => {
  const given = { adapter: { open: () => undefined, publish: () => undefined } } as unknown as ServerOptions;
  expect(() => resolveOptions(given)).toThrow("option adapter must have the methods open, publish and close");
});

it.each(["whenBehind", "events", "serverEvents", "codec"])("refuses what %s may not be, and names it too", (name) => {
  for (const value of [-1, "5", null, true, []]) {
    expect(() => resolveOptions({ [name]: value }), `${name}: ${value}`).toThrow(`option ${name} must`);
  }
});

it("takes no word for a yes", () => {
  const given = { cookiesWithoutOrigin: "yes" } as unknown as ServerOptions;
  expect(() => resolveOptions(given)).toThrow("option cookiesWithoutOrigin must be true or false");
});

it("refuses limits that contradict each other", () => {
  expect(() => resolveOptions({ maxMessageBytes: 4_194_304 })).toThrow("option maxBodyBytes must be at least");
  expect(() => resolveOptions({ maxUnconfirmedBytes: 2_097_152 })).toThrow(
    "option maxUnconfirmedBytes must be at least 2098176",
  );
});

it("refuses options that it does not know", () => {
  expect(() => resolveOptions({ pingIntervall: 5 } as ServerOptions)).toThrow("option pingIntervall is not known");
  expect(() => resolveOptions(JSON.parse('{"__proto__":5}') as ServerOptions)).toThrow("option __proto__ is not known");
});

it.each(["wireway", "/wireway", "wireway/", "/a b/", "/a?b/", "//", "", 5, null])("refuses the path %j", (path) => {
  if (path === null) return;
  expect(() => resolveOptions({ path: path as string })).toThrow("option path must begin and end with a slash");
});

it.each(["/", "/a/", "/a/b-c_d.e~f%20/"])("takes the path %j", (path) => {
  expect(resolveOptions({ path }).path).toBe(path);
});

it.each(["https://example.com/", "example.com", "https://EXAMPLE.com", "https://example.com:443", ""])(
  "refuses the origin %j, which no browser sends",
  (origin) => {
    expect(() => resolveOptions({ origins: [origin] })).toThrow(
      "option origins must hold origins as browsers send them",
    );
  },
);

it("takes a star, functions, and lists of texts and expressions alone", () => {
  const check = (): boolean => true;
  expect(resolveOptions({ origins: "*" }).origins).toBe("*");
  expect(resolveOptions({ origins: check }).origins).toBe(check);
  expect(resolveOptions({ origins: ["https://example.com:8443", "null", /x/gy] }).origins).toEqual([
    "https://example.com:8443",
    "null",
    /x/,
  ]);
  for (const origins of ["https://example.com", 5, {}, [5]]) {
    expect(() => resolveOptions({ origins } as unknown as ServerOptions)).toThrow("option origins must be");
  }
});

it.each(["context", "clientAddress", "authenticate"])("takes nothing but a function as %s", (name) => {
  expect(() => resolveOptions({ [name]: "x-forwarded-for" })).toThrow(`option ${name} must be a function`);
});

const rates = Object.keys(defaultOptions).filter((name) => name.endsWith("PerSecond"));

it.each(rates)("refuses what %s may not be, and names it", (name) => {
  for (const value of [-1, 0, 0.5, Number.NaN, 2 ** 60, "5", {}, true, 5n]) {
    expect(() => resolveOptions({ [name]: value }), typeof value).toThrow(
      `option ${name} must be Infinity, or a whole number from 1 to 9007199254740991`,
    );
  }
  expect(resolveOptions({ [name]: Number.POSITIVE_INFINITY })).toEqual(defaultOptions);
});

it("refuses a rate at which no large message would ever fit", () => {
  expect(() => resolveOptions({ sessionBytesPerSecond: 419_430 })).toThrow(
    "option sessionBytesPerSecond must be at least 419431, so that a message of maxMessageBytes fits in a burst",
  );
  expect(resolveOptions({ addressBytesPerSecond: 209_716, rateBurstSeconds: 10 }).rateBurstSeconds).toBe(10);
});
