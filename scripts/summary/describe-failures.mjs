/**
 * Failed tests as lines that fit the end of a log: some keep only that. Each with its name, file, duration and the first
 * lines of what it says; the fewer there are, the more of each.
 */
import { stripVTControlCharacters } from "node:util";

const failuresMax = 20;
const linesInAll = 72;
const linesOfOneMin = 3;
const linesOfOneMax = 12;
const columnsMax = 220;

/** @param root absolute, with a slash at its end: left out of every path. */
export function describeFailures(failures, root) {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, failuresMax);
  const share = Math.floor(linesInAll / shown.length) - 1;
  const linesOfOne = Math.min(linesOfOneMax, Math.max(linesOfOneMin, share));
  const lines = shown.flatMap(({ suite, name, file, durationMs, message }) => [
    cut(`✗ ${suite}: ${name} (${strip(file, root) || "no file"}, ${Math.round(durationMs)} ms)`),
    ...linesOf(strip(message, root))
      .slice(0, linesOfOne)
      .map((line) => cut(`    ${line}`)),
  ]);
  if (failures.length > shown.length) lines.push(`and ${failures.length - shown.length} more`);
  return lines;
}

/** The slowest tests, one line each. */
export function describeSlowest(tests, count, root) {
  return [...tests]
    .sort((a, b) => b.durationMs - a.durationMs)
    .slice(0, count)
    .map(({ suite, name, file, durationMs }) =>
      cut(`${(durationMs / 1000).toFixed(1).padStart(7)} s  ${suite}: ${name} (${strip(file, root)})`),
    );
}

/** Left out: what is empty, calls within dependencies and Node, and what Playwright shows of the source. */
const noise = /^\s*$|^\s+at (?:.*(?:node_modules|\(?node:)|new Promise)|^\s*>?\s*\d* \|/;

function linesOf(text) {
  return text.split("\n").filter((line) => !noise.test(line));
}

const strip = (text, root) =>
  stripVTControlCharacters(text ?? "")
    .replaceAll(`file://${root}`, "")
    .replaceAll(root, "");

const cut = (line) => (line.length > columnsMax ? `${line.slice(0, columnsMax - 1)}…` : line);
