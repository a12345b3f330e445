// Holds the documents beside the protocol's to the code: the tables of transports, the npm scripts that pages mention, and
// every link between pages. Reads the other packages' sources as text, because the testkit depends on none of them.
// Not here: the reference, which is made from the code (scripts/reference).

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);

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

/** As GitHub makes them of headings, and those that a page names itself. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}

/** A page without its code blocks. */
function prose(page: string): string {
  return source(page).replaceAll(/^```[\s\S]*?^```/gm, "");
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
