// The report for people: a table of what works and how fast, then what is wrong, with what was seen and what to change.

import type { Paint, Style } from "./colour.ts";
import { plain } from "./colour.ts";
import type { CheckResult, Finding, Report, Verdict } from "./report.ts";
import { placeholder, type Setting } from "./settings.ts";

const marks: Readonly<Record<Verdict, readonly [word: string, style: Style]>> = {
  works: ["works", "green"],
  hindered: ["hindered", "yellow"],
  fails: ["FAILS", "red"],
  skipped: ["skipped", "dim"],
};

/** Pages may be shut out where other programs are not. */
function conclusionOf({ verdict, checks, origin }: Report): string {
  const refusal = checks.find(({ check }) => check === "origin")?.verdict === "fails";
  const others = checks.some(({ roundTripMs }) => roundTripMs !== null);
  if (verdict === "fails" && refusal && others) {
    return `Pages of ${origin} do not get through; clients that are no pages do.`;
  }
  return conclusions[verdict];
}

const conclusions: Readonly<Record<Report["verdict"], string>> = {
  works: "Everything works.",
  hindered: "Clients get through, but something stands in the way.",
  fails: "Clients do not get through.",
};

const width = 100;

/** The report as the command prints it. */
export function formatReport(report: Report, paint: Paint = plain): string {
  const { checks, verdict, url, doctor, settings } = report;
  const findings = uniqueFindings(checks);
  return [
    paint("bold", `Wireway doctor ${doctor}: ${url}`),
    ...factLines(report),
    "",
    ...table(checks, paint),
    "",
    paint(marks[verdict][1], conclusionOf(report)),
    ...findings.flatMap((found, index) => ["", ...findingLines(found, index + 1, paint)]),
    ...settings.flatMap((setting) => ["", ...settingLines(setting, paint)]),
    ...(settings.length > 0 ? ["", ...closingLines(report, findings)] : []),
    "",
  ].join("\n");
}

function factLines({ server }: Report): string[] {
  if (!server) return [];
  const headers = Object.entries(server.headers).map(([name, value]) => `${name}: ${value}`);
  const { terms } = server;
  return [
    ...(headers.length > 0 ? [`In front of it: ${headers.join(", ")}`] : []),
    ...(terms
      ? [
          `It pings every ${terms.pingIntervalMs} ms, waits ${terms.pingTimeoutMs} ms, and takes messages of ${terms.maxMessageBytes} bytes.`,
        ]
      : []),
  ];
}

function table(checks: readonly CheckResult[], paint: Paint): string[] {
  const head = ["check", "verdict", "first message", "round trip", "seen"];
  const rows = checks.map(({ check, verdict, firstMessageMs, roundTripMs, summary }) => [
    check,
    marks[verdict][0],
    time(firstMessageMs),
    time(roundTripMs),
    summary,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        if (column === cells.length - 1) return cell;
        const size = widths[column] ?? 0;
        return column === 2 || column === 3 ? cell.padStart(size) : cell.padEnd(size);
      })
      .join("  ");
  return [
    paint("dim", line(head)),
    ...rows.map((cells, index) => {
      const [word, style] = marks[checks[index]?.verdict ?? "skipped"];
      // Painted behind the measuring: codes have no width.
      return line(cells).replace(word, () => paint(style, word));
    }),
  ];
}

function time(ms: number | null): string {
  return ms === null ? "" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

interface FoundBy {
  readonly finding: Finding;
  readonly checks: readonly string[];
}

/** One cause often shows in several checks: it is told once. */
function uniqueFindings(checks: readonly CheckResult[]): FoundBy[] {
  const found = new Map<string, { finding: Finding; checks: string[] }>();
  for (const { check, findings } of checks) {
    for (const finding of findings) {
      const key = `${finding.diagnosis} ${finding.product}`;
      const known = found.get(key);
      if (!known) found.set(key, { finding, checks: [check] });
      else if (!known.checks.includes(check)) known.checks.push(check);
    }
  }
  return [...found.values()];
}

function findingLines({ finding, checks }: FoundBy, number: number, paint: Paint): string[] {
  const { meaning, evidence, advice, product, by } = finding;
  const who = product !== null && by === "intermediary" ? ` (${product})` : "";
  return [
    paint("bold", `${number}. ${checks.join(", ")}: ${meaning}${who}`),
    ...wrapped(`Seen: ${evidence}.`),
    ...wrapped(`Do: ${advice}`),
  ];
}

function closingLines({ settings }: Report, findings: readonly FoundBy[]): string[] {
  const hasPlaceholder = settings.some(({ lines }) => lines.some((line) => line.includes(placeholder)));
  const pages = new Set(
    findings.filter(({ finding }) => finding.settings.length > 0).map(({ finding }) => finding.see),
  );
  return [
    `Lines replace others of the same name.${hasPlaceholder ? ` ${placeholder} stands for your server.` : ""}`,
    `More: ${[...pages].join(", ")}`,
  ];
}

function settingLines({ product, where, lines }: Setting, paint: Paint): string[] {
  return [paint("bold", `For ${product}, in ${where}:`), ...lines.map((line) => `  ${line}`)];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let current = "  ";
  for (const word of text.split(" ")) {
    if (current.trim() !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = "    ";
    }
    current += ` ${word}`;
  }
  return [...lines, current];
}
