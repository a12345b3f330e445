// Holds docs/protocol.md to the code: every table that repeats what a table of the code says has the same rows, in the
// same order, with the same values; a row too many fails like one too few. Headings in code font name what exists here.
// Not here: the vectors (vectors), options and links (packages/testkit).

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reservedEvents } from "../src/acknowledgements.ts";
import { closeCodes } from "../src/close-table.ts";
import { decodePacket, encodePacket } from "../src/codec.ts";
import { decodeEnvelope, type Envelope, encodeEnvelope } from "../src/envelope.ts";
import { errors } from "../src/error-table.ts";
import { WirewayError } from "../src/errors.ts";
import { encodeRecords } from "../src/framing/record-stream.ts";
import type { Packet, PacketType } from "../src/packet.ts";
import { requestErrors } from "../src/request-errors.ts";
import { checkTerms, defaultTerms, type Terms } from "../src/terms.ts";

const sourceFolder = new URL("../src/", import.meta.url);
const document = readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");

const packetTypes: Record<PacketType, true> = {
  open: true,
  close: true,
  ping: true,
  pong: true,
  message: true,
  redirect: true,
  noop: true,
};

const envelopes: readonly Envelope[] = [
  { type: "connect", namespace: "/" },
  { type: "disconnect", namespace: "/" },
  { type: "event", namespace: "/", args: ["x"] },
  { type: "ack", namespace: "/", id: 1, args: [] },
  { type: "connect_error", namespace: "/", data: { message: "" } },
  { type: "error", namespace: "/", data: { code: "rejected" } },
  { type: "authenticate", namespace: "/", id: 1, data: {} },
];

describe("docs/protocol.md", () => {
  test("lists every packet type with its digit", () => {
    const digits = Object.keys(packetTypes).map((type) => [
      encodePacket({ type: type as PacketType, data: "" })[0],
      type,
    ]);
    expect(table("`Packet`", "digit", "type")).toEqual(digits.sort(byText));
  });

  test("lists every envelope type with its digit", () => {
    const digits = envelopes.map((envelope) => [String(encodeEnvelope(envelope))[0], envelope.type]);
    expect(table("`Envelope`", "digit", "envelope")).toEqual(digits);
  });

  test("lists every reserved name", () => {
    const line = /^- Events cannot have these names: (.*)\.$/m.exec(document)?.[1] ?? "";
    expect(line.replaceAll("`", "").split(", ")).toEqual([...reservedEvents]);
  });

  test("lists every close code with its fault and what a client does next", () => {
    const codes = Object.entries(closeCodes).map(([reason, { code, fault, next }]) => [`${code}`, reason, fault, next]);
    expect(table("`CloseCodes`", "code", "reason", "fault", "next")).toEqual(codes);
  });

  test("lists every error with its fault and status", () => {
    const kinds = Object.entries({ ...errors, ...requestErrors }).map(([code, kind]) => [
      code,
      kind.fault,
      "status" in kind ? `${kind.status}` : "–",
    ]);
    expect(table("`Errors`", "code", "fault", "status")).toEqual(kinds);
  });

  test("lists every term with its default", () => {
    const terms = Object.entries(defaultTerms).map(([name, value]) => [name, `${value}`]);
    expect(table("`Terms`", "name", "default")).toEqual(terms);
  });

  test.each(table("`Terms`", "name", "least", "most"))("tells the bounds of %s", (name, least, most) => {
    expect(accepts(name, Number(least))).toBe(true);
    expect(accepts(name, Number(least) - 1)).toBe(false);
    expect(accepts(name, Number(most))).toBe(true);
    expect(accepts(name, Number(most) + 1)).toBe(false);
  });

  test.each(["ClientSession", "ServerSession"])("lists the states of %s", (heading) => {
    const union = /export type SessionState = (.*);/.exec(source("session.ts"))?.[1] ?? "";
    const states = union.split(" | ").map((state) => state.replaceAll('"', ""));
    expect([...new Set(table(`\`${heading}\``, "state").flat())]).toEqual(states);
  });

  test.each([
    ["ClientOpen", "open.ts"],
    ["ServerOpen", "open.ts"],
  ])("lists the fields of %s", (name, file) => {
    const body = new RegExp(`export interface ${name} \\{([^}]*)\\}`).exec(source(file))?.[1] ?? "";
    const fields = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, field]) => field);
    expect(table(`\`${name}\``, "field").flat().sort(byText)).toEqual(fields.sort(byText));
  });

  test("lists every numeric constant", () => {
    const declared = files()
      .flatMap((file) => [...source(file).matchAll(/^(?:export )?const (\w+) = ([\d_.]+);$/gm)])
      .map(([, name = "", value = ""]) => [name, value.replaceAll("_", "")]);
    expect(table("Constants", "name", "value").sort(byText)).toEqual(declared.sort(byText));
  });

  test("shows the bytes of records and of a binary envelope as they are", () => {
    const shown = table("`RecordStream`", "record, in hex")
      .flat()
      .filter((hex) => !/[g-z]/.test(hex));
    const packets: Packet[] = [
      { type: "ping", data: "0" },
      { type: "message", data: "é" },
      { type: "message", data: new Uint8Array([0, 1, 254, 255]) },
    ];
    expect(shown.map(unspaced)).toEqual(packets.map((packet) => hexOf(encodeRecords([packet]))));
    const lines = /```\n([\s\S]*?)```/.exec(section("`BinaryEnvelope`"))?.[1]?.split("\n") ?? [];
    const bytes = lines.map((line) => /^(?:[0-9a-f]{2}(?: (?! )|$| {2}))+/.exec(line)?.[0] ?? "").join("");
    const envelope: Envelope = { type: "event", namespace: "/", args: ["pic", new Uint8Array([0xde, 0xad])] };
    expect(unspaced(bytes)).toBe(hexOf(encodeEnvelope(envelope) as Uint8Array));
  });

  test("shows packets and envelopes that are ones", () => {
    const packets = table("`Packet`", "packet", "text").map(([, text = ""]) => text);
    expect(packets.map((text) => encodePacket(decodePacket(text)))).toEqual(packets);
    const texts = table("`Envelope`", "envelope", "text").map(([, text = ""]) => text);
    expect(texts.map((text) => encodeEnvelope(decodeEnvelope(text)))).toEqual(texts);
  });

  test("has headings in code font for nothing but what the code has", () => {
    const names = files().map((file) => pascal(file.replace(/^.*\//, "").replace(/\.ts$/, "")));
    const types = [...source("open.ts").matchAll(/^export interface (\w+)/gm)].map(([, name]) => name);
    const headings = [...document.matchAll(/^## `(\w+)`$/gm)].map(([, heading]) => heading);
    expect(headings.length).toBeGreaterThan(10);
    expect(headings.filter((heading) => ![...names, ...types].includes(heading))).toEqual([]);
  });
});

/** Whether a term may have this value, whatever the others have to be for it. */
function accepts(name: string | undefined, value: number): boolean {
  const small: Partial<Terms> = name === "maxBodyBytes" ? { maxMessageBytes: 1_024 } : {};
  try {
    checkTerms({ ...small, [name as keyof Terms]: value });
    return true;
  } catch (error) {
    return error instanceof WirewayError && error.details.name !== name;
  }
}

/** The named columns of the first table below a heading that has them, without code marks. */
function table(heading: string, ...columns: string[]): string[][] {
  const blocks = section(heading)
    .split("\n\n")
    .map((block) =>
      block
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .map(cells),
    );
  for (const [head, , ...rows] of blocks) {
    const places = columns.map((column) => head?.indexOf(column) ?? -1);
    if (head && !places.includes(-1)) return rows.map((row) => places.map((place) => row[place] ?? ""));
  }
  throw new Error(`no table with ${columns.join(", ")} below ${heading}`);
}

function section(heading: string): string {
  const start = document.indexOf(`\n## ${heading}\n`);
  if (start < 0) throw new Error(`no heading ${heading}`);
  return document.slice(start + 1).split("\n## ")[0] ?? "";
}

function byText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1;
}

function unspaced(hex: string): string {
  return hex.replaceAll(/\s/g, "");
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
}

function files(): string[] {
  return readdirSync(sourceFolder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
}

function source(file: string): string {
  return readFileSync(new URL(file, sourceFolder), "utf8");
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}
