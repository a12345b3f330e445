/**
 * Reads docstrings: the text, and the tags that this repository uses, wherever in a line they stand.
 */
import ts from "typescript6";

const tags = ["param", "returns", "throws", "default", "see", "example", "internal", "typeParam", "deprecated"];
const tag = new RegExp(`(?:^|\\s)@(${tags.join("|")})\\b`, "g");

/** @returns its `text` and `tags` (name and text of each), or undefined where there is none. */
export function docstring(node, where) {
  const source = node.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [];
  const last = comments.findLast(({ pos }) => source.startsWith("/**", pos));
  if (!last) return undefined;
  return parse(source.slice(last.pos, last.end), where);
}

function parse(comment, where) {
  const text = comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
  const found = [...text.matchAll(tag)];
  const end = (index) => found[index + 1]?.index ?? text.length;
  return {
    where,
    text: flow(text.slice(0, found[0]?.index ?? text.length)),
    tags: found.map((match, index) => ({
      name: match[1],
      text: flow(text.slice(match.index + match[0].length, end(index))),
    })),
  };
}

/** Lines of a paragraph are one; empty lines, lists and code keep theirs. */
function flow(text) {
  const blocks = text.trim().split(/\n{2,}|\n(?=- )/);
  return blocks
    .map((block) => (block.includes("```") ? block : block.replaceAll(/\s*\n\s*/g, " ")))
    .join("\n\n")
    .replaceAll(/\n\n(?=- )/g, "\n");
}
