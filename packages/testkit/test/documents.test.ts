// Holds the documents beside the protocol's to the code: options with their defaults and bounds, the tables of transports,
// the npm scripts that pages mention, and every link between pages. Reads the other packages' sources as text or by their
// file, because the testkit depends on none of them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);

type Resolve = (options: Record<string, unknown>) => Record<string, unknown>;

const sides = [
  { heading: "Client", file: "packages/client/src/options.ts", interfaceName: "ConnectOptions" },
  { heading: "Server", file: "packages/server/src/options.ts", interfaceName: "ServerOptions" },
] as const;

describe("docs/reference/options.md", () => {
  describe.each(sides)("$heading", ({ heading, file, interfaceName }) => {
    const rows = table("docs/reference/options.md", heading);

    test("lists every option with the default that its docstring names", () => {
      const stated = rows.map(({ option, default: value }) => [option, value]);
      expect(stated).toEqual(documented(file, interfaceName));
      expect(stated.map(([name]) => name)).toEqual(fields(file, interfaceName));
    });

    test("tells the defaults that the code has", async () => {
      const resolved = flat((await resolver(file))(required(heading)));
      for (const { option = "", default: value = "" } of rows) {
        if (/^-?\d+$|^(true|false|".*"|\[\]|\{\})$/.test(value) && option in resolved) {
          expect([option, resolved[option]]).toEqual([option, JSON.parse(value)]);
        }
      }
      expect(rows.filter(({ option = "" }) => option in resolved).length).toBeGreaterThan(8);
    });

    const bounded = rows.flatMap(({ option = "", bounds = "" }) => {
      const match = /^(\d+) to (\d+)$/.exec(bounds);
      return match ? [[option, Number(match[1]), Number(match[2])] as const] : [];
    });
    const numeric = rows.filter(({ default: value = "" }) => /^\d+$/.test(value)).map(({ option }) => option);

    test("tells bounds for every number", () => {
      expect(bounded.map(([option]) => option)).toEqual(numeric);
    });

    test.each(bounded)("tells the bounds of %s", async (option, least, most) => {
      const resolve = await resolver(file);
      const accepts = (value: number): boolean => {
        try {
          resolve({ ...required(heading), [option]: value });
          return true;
        } catch (error) {
          // Another option may have to change with it; then this one is not to blame, or is so for another reason.
          const { name = "", why = "" } = (error as { details: Record<string, string> }).details;
          return name !== option || why.includes("must be at least");
        }
      };
      expect([least - 1, least, most].map(accepts)).toEqual([false, true, true]);
      if (most < Number.MAX_SAFE_INTEGER) expect(accepts(most + 1)).toBe(false);
    });
  });
});

describe("tables of transports", () => {
  const names = [...source("packages/client/src/core.ts").matchAll(/from "\.\/transports\/([\w-]+)\.ts"/g)]
    .map(([, name]) => name)
    .filter((name) => name !== "transport");
  const defaults = /\?\? \[(.*)\];/.exec(source("packages/client/src/index.ts"))?.[1] ?? "";

  test.each([
    ["docs/guide/transports.md", "Transports"],
    ["README.md", "Transports"],
  ])("%s lists every transport and which are the default", (file, heading) => {
    const rows = table(file, heading);
    expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(names));
    expect(rows.length).toBe(names.length);
    const chosen = rows.filter((row) => row["default"] === "yes").map(({ value }) => value);
    expect(chosen.join(", ")).toBe(defaults);
  });
});

const pages = [".", "docs", "docs/guide", "docs/reference", "docs/decisions"].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`.replace(/^\.\//, "")),
);

describe("pages", () => {
  test.each(pages)("%s links to nothing that is not there", (page) => {
    const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
    expect(links.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(page, target))).toEqual([]);
  });

  test.each(pages)("%s names no npm script that is not there", (page) => {
    const { scripts } = JSON.parse(source("package.json")) as { scripts: Record<string, string> };
    const named = [...source(page).matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts) && !["install", "run"].includes(name))).toEqual([]);
  });

  test("decision records are all listed", () => {
    const records = pages.filter((page) => /decisions\/\d/.test(page)).map((page) => page.replace(/.*\//, ""));
    const listed = [...source("docs/decisions/README.md").matchAll(/\]\((\d[^)]*)\)/g)].map(([, target]) => target);
    expect(listed).toEqual(records.sort());
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const url = new URL(path === "" ? page : path, new URL(page, root));
  const file = path === "" ? new URL(page, root) : url;
  if (!existsSync(fileURLToPath(file))) return false;
  return anchor === undefined || anchors(readFileSync(file, "utf8")).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** A page without its code blocks. */
function prose(page: string): string {
  return source(page).replaceAll(/^```[\s\S]*?^```/gm, "");
}

function body(file: string, interfaceName: string): string {
  return new RegExp(`export interface ${interfaceName} \\{([\\s\\S]*?)^\\}`, "m").exec(source(file))?.[1] ?? "";
}

function fields(file: string, interfaceName: string): string[] {
  return [...body(file, interfaceName).matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = ""]) => name);
}

/** Each field of the interface with its docstring's `@default`, in the page's notation. */
function documented(file: string, interfaceName: string): string[][] {
  return [...body(file, interfaceName).matchAll(/@default (.*?)(?: @see .*?)? \*\/\s+readonly (\w+)\?:/g)].map(
    ([, value = "", name = ""]) => [name, value.replaceAll("`", "")],
  );
}

async function resolver(file: string): Promise<Resolve> {
  const module = (await import(/* @vite-ignore */ new URL(file, root).href)) as { resolveOptions: Resolve };
  return module.resolveOptions;
}

/** What has to be given in any case. */
function required(heading: string): Record<string, unknown> {
  return heading === "Client" ? { transports: [{ name: "websocket" }] } : {};
}

/** The server keeps its terms in an object of their own. */
function flat({ terms, ...options }: Record<string, unknown>): Record<string, unknown> {
  return { ...options, ...(terms as Record<string, unknown> | undefined) };
}

/** The rows of the first table below a heading, by column, without code marks. */
function table(page: string, heading: string): Record<string, string>[] {
  const section = source(page).split(new RegExp(`^#+ ${heading}$`, "m"))[1] ?? "";
  const lines = section.split("\n");
  const start = lines.findIndex((line) => line.startsWith("|"));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith("|"));
  const [head = [], , ...rows] = lines.slice(start, end).map(cells);
  return rows.map((row) => Object.fromEntries(row.map((cell, index) => [head[index] ?? "", cell])));
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
}

function source(file: string): string {
  return readFileSync(new URL(file, root), "utf8");
}
