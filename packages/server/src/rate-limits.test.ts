import { describe, expect, it } from "vitest";
import { maxAddresses, networkOf, RateLimits } from "./rate-limits.ts";

const off = {
  sessionMessagesPerSecond: Number.POSITIVE_INFINITY,
  sessionBytesPerSecond: Number.POSITIVE_INFINITY,
  addressMessagesPerSecond: Number.POSITIVE_INFINITY,
  addressBytesPerSecond: Number.POSITIVE_INFINITY,
  rateBurstSeconds: 5,
};

it("costs nothing where nothing is limited", () => {
  expect(new RateLimits(off).session("192.0.2.1", 0)).toBeUndefined();
});

it.each([
  ["sessionMessagesPerSecond", 2, 1],
  ["sessionBytesPerSecond", 200, 100],
  ["addressMessagesPerSecond", 2, 1],
  ["addressBytesPerSecond", 200, 100],
] as const)("warns of %s before it is used up, and says which it is", (name, perSecond, bytes) => {
  const session = new RateLimits({ ...off, [name]: perSecond }).session("192.0.2.1", 0);
  const levels = Array.from({ length: 11 }, () => session?.take(bytes, 0));
  expect(levels.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => undefined));
  expect(levels.slice(8)).toEqual([{ level: "low", name, perSecond }, undefined, { level: "empty", name, perSecond }]);
  expect(session?.take(bytes, 500)).toBeUndefined();
});

it("counts sessions apart, and those of an address together", () => {
  const limits = new RateLimits({ ...off, sessionMessagesPerSecond: 2, addressMessagesPerSecond: 3 });
  const [one, two, other] = ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map((address) => limits.session(address, 0));
  for (let count = 0; count < 10; count++) expect(one?.take(1, 0)?.level).not.toBe("empty");
  expect(one?.take(1, 0)).toMatchObject({ level: "empty", name: "sessionMessagesPerSecond" });
  // One message of its session was refused, and counted all the same for the address.
  for (let count = 0; count < 4; count++) expect(two?.take(1, 0)?.level).not.toBe("empty");
  expect(two?.take(1, 0)).toMatchObject({ level: "empty", name: "addressMessagesPerSecond" });
  expect(other?.take(1, 0)).toBeUndefined();
});

describe("addresses", () => {
  it("are forgotten when they were left alone for a burst", () => {
    const limits = new RateLimits({ ...off, addressMessagesPerSecond: 1 });
    for (let count = 0; count < 100; count++) limits.session(`192.0.2.${count}`, 0)?.take(1, count);
    expect(limits.size).toBe(100);
    limits.session("198.51.100.1", 0)?.take(1, 5_050);
    expect(limits.size).toBe(50);
  });

  it("are bounded in number, and those heard least lately give way", () => {
    const limits = new RateLimits({ ...off, addressMessagesPerSecond: 1 });
    const first = limits.session("first", 0);
    for (let count = 0; count < 5; count++) first?.take(1, 0);
    for (let count = 0; count < maxAddresses - 1; count++) limits.session(`${count}`, 0)?.take(1, 0);
    expect(first?.take(1, 0)?.level).toBe("empty");
    for (let count = 0; count < 1_000; count++) limits.session(`more ${count}`, 0)?.take(1, 0);
    expect(limits.size).toBe(maxAddresses);
    expect(first?.take(1, 0)?.level).toBe("empty");
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:0:1::1", "2001:db8:0:1::/64"],
    ["2001:DB8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4::/64"],
    ["not an address", "not an address"],
    ["", ""],
  ])("count as one where they are one network: %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
