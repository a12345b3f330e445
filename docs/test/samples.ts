// The code in the guide: every block in TypeScript or JavaScript, with what the words behind its language ask for.
//   client, server   the block may use `socket` (of that side) and, on the server, `wireway` and `app` without declaring them
//   run              it is run, with the other blocks of its page, and has to print what its comments `// → text` tell
//   other            it is another library's code, and nobody's business here
//   examples/…       it is a part of that file (see excerpts.test.ts)

import { readdirSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

export type Side = "client" | "server";

export interface Sample {
  readonly page: string;
  /** Of the first line of code. */
  readonly line: number;
  readonly code: string;
  readonly language: string;
  readonly side: Side | undefined;
  readonly isRun: boolean;
}

/** The pages that hold samples, by their path from the root. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(new URL("docs/guide/", root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/guide/${name}`),
];

export function samplesOf(page: string): Sample[] {
  const text = readFileSync(new URL(page, root), "utf8");
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].flatMap((match) => {
    const [whole, language = "", info = "", code = ""] = match;
    const words = new Set(info.trim().split(/\s+/));
    if (!/^(?:ts|js)$/.test(language) || words.has("other") || / examples\//.test(info)) return [];
    const line = text.slice(0, match.index + whole.indexOf("\n") + 1).split("\n").length;
    const side = words.has("client") ? "client" : words.has("server") ? "server" : undefined;
    return [{ page, line, code, language, side, isRun: words.has("run") }];
  });
}

const given: Record<Side, readonly string[]> = { client: ["socket"], server: ["wireway", "socket", "app"] };

/** The names that a block uses without declaring them. */
export function missing({ code, side }: Sample): string[] {
  if (!side) return [];
  const declared = [...code.matchAll(/^(?:const|let|import|(?:async )?function)\b(.*?)(?:=|\bfrom\b|\(|$)/gm)];
  const names = new Set(declared.flatMap(([, text = ""]) => text.match(/\w+/g) ?? []));
  return given[side].filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !names.has(name));
}

/** What the comments say that it prints, in their order. */
export function told({ code }: Sample): string[] {
  return [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text = ""]) => text.trim());
}
