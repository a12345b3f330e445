// What makes the reference can be trusted to complain: of names that say nothing of themselves, and of defaults that are not
// the code's. Not here: whether the pages are fresh (npm run check:reference).

import { expect, test } from "vitest";

interface Docstring {
  readonly text: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

interface Writer {
  readonly silent: readonly string[];
  entry(entry: object): string;
  linked(text: string): string;
}

interface Markdown {
  readonly Writer: new (places: ReadonlyMap<string, string>, page: string) => Writer;
}

interface Tables {
  readonly bounds: (entry: object, resolve: (options: object) => object, problems: string[]) => Record<string, string>;
}

const scripts = new URL("../../scripts/reference/", import.meta.url);
const { Writer } = (await import(new URL("markdown.mjs", scripts).href)) as Markdown;
const { bounds } = (await import(new URL("tables.mjs", scripts).href)) as Tables;

const places = new Map([
  ["Socket", "client.md#socket"],
  ["refused as error", "errors.md#refused"],
  ["refused as reason", "close-codes.md#refused"],
]);

function property(name: string, type: string, doc?: Docstring): object {
  return { name, kind: "property", isOptional: true, type, where: "file.ts:1", calls: [{ signature: name, doc }] };
}

test("notes what is public and says nothing of itself", () => {
  const writer = new Writer(places, "server.md");
  const members = [property("told", "string", { text: "It is.", tags: [] }), property("silent", "string | null")];
  const page = writer.entry({ name: "Thing", kind: "interface", where: "file.ts:1", heritage: [], members });
  expect(writer.silent).toEqual(["file.ts:1: Thing has no docstring", "file.ts:1: Thing.silent has no docstring"]);
  expect(page).toContain("| `silent?` | `string \\| null` | |");
});

test("leads from names to where they are told of, and not from its own page to another", () => {
  expect(new Writer(places, "server.md").linked("a `Socket`")).toBe("a [`Socket`](client.md#socket)");
  expect(new Writer(places, "client.md").linked("a `Socket`")).toBe("a [`Socket`](#socket)");
});

test("tells an error's code from an ending's reason by the words before it", () => {
  const writer = new Writer(places, "server.md");
  expect(writer.linked("Rejects with `refused`.")).toContain("errors.md");
  expect(writer.linked("Throws nothing. The session ends with `refused`.")).toContain("close-codes.md");
  expect(writer.linked("It was `refused`.")).toBe("It was `refused`.");
});

test("complains of a default that is not the code's, and takes bounds from the refusal", () => {
  const told = (value: string): Docstring => ({ text: "How long.", tags: [{ name: "default", text: value }] });
  const resolve = (options: { limitMs?: unknown }): object => {
    if (options.limitMs === undefined) return { limitMs: 5 };
    const refusal = new Error("option limitMs must be a whole number from 1 to 9");
    throw Object.assign(refusal, { details: { name: "limitMs" } });
  };
  const problems: string[] = [];
  expect(bounds({ members: [property("limitMs", "number", told("5"))] }, resolve, problems)).toEqual({
    limitMs: "1 to 9",
  });
  expect(problems).toEqual([]);
  bounds({ members: [property("limitMs", "number", told("6"))] }, resolve, problems);
  expect(problems).toEqual(["file.ts:1: limitMs is 5 by default, the docstring says 6"]);
});
