/**
 * The tables of the reference that the code works with: errors, close codes, terms, and the bounds of options. Values come
 * from running the code, so that a page can tell no default and no bound that does not hold.
 */
import { table } from "./markdown.mjs";
import { run } from "./sources.mjs";

const protocol = "packages/protocol/src";
const files = {
  errors: `${protocol}/error-table.ts`,
  requestErrors: `${protocol}/request-errors.ts`,
  closeCodes: `${protocol}/close-table.ts`,
  terms: `${protocol}/terms.ts`,
  client: "packages/client/src/options.ts",
  server: "packages/server/src/options.ts",
  closing: "packages/server/src/close-options.ts",
  metrics: "packages/server/src/metrics/table.ts",
};

/** Whose fault it is, in the words of somebody who reads the error. */
const faults = {
  local: "this side",
  remote: "the other side",
  network: "the network",
  nobody: "nobody",
};

export async function readTables(sources) {
  const modules = await run(Object.values(files));
  const of = (name) => modules[files[name]];
  const transports = [{ name: "websocket" }];
  return {
    errors: errorRows(of("errors").errors, sources.tableDocs(files.errors, "errors")),
    requestErrors: errorRows(
      of("requestErrors").requestErrors,
      sources.tableDocs(files.requestErrors, "requestErrors"),
    ),
    metrics: Object.values(of("metrics").metrics),
    closeCodes: Object.entries(of("closeCodes").closeCodes).map(([reason, row]) => ({ reason, ...row })),
    limits: {
      ConnectOptions: (options) => of("client").resolveOptions({ transports, ...options }),
      ServerOptions: (options) => of("server").resolveOptions(options),
      CloseOptions: (options) => of("closing").resolveCloseOptions(options, "/wireway/"),
      Terms: (options) => of("terms").checkTerms(options),
    },
  };
}

/** Placeholders where a sentence names a value. */
const blanks = new Proxy({}, { get: (_, name) => `‹${String(name)}›` });

function errorRows(kinds, docs) {
  return Object.entries(kinds).map(([code, kind]) => ({
    code,
    fault: faults[kind.fault],
    status: kind.status,
    sentence: kind.sentence(blanks),
    doc: docs.get(code),
  }));
}

export function errorTable(rows, writer, { withStatus }) {
  const head = ["code", "sentence", "fault", ...(withStatus ? ["status"] : []), "what to do"];
  return table(
    head,
    rows.map(({ code, sentence, fault, status, doc }) => {
      if (!doc?.text)
        writer.silent.push(`${doc?.where ?? "packages/protocol/src"}: error ${code} does not tell what to do`);
      return [
        `<a id="${code}"></a>\`${code}\``,
        sentence.replaceAll("|", "\\|"),
        fault,
        ...(withStatus ? [String(status ?? 500)] : []),
        writer.linked(doc?.text ?? "").replaceAll("|", "\\|"),
      ];
    }),
  );
}

const steps = {
  stop: "nothing; `socket.connect()` begins again",
  renew: "begins a new session, after a pause",
  resume: "goes on with the session over another connection",
};

export function closeCodeTable(rows) {
  return table(
    ["code", "reason", "means", "fault", "the client"],
    rows.map(({ code, reason, sentence, fault, next }) => [
      String(code),
      `<a id="${reason}"></a>\`${reason}\``,
      sentence,
      faults[fault],
      steps[next],
    ]),
  );
}

export function metricTable(rows) {
  return table(
    ["prom-client", "OpenTelemetry", "kind", "labels", "counts"],
    rows.map(({ prometheus, openTelemetry, kind, labels, help }) => [
      `\`${prometheus}\``,
      `\`${openTelemetry}\``,
      kind,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
    ]),
  );
}

/**
 * The bounds of an interface's numbers, as their refusal tells them, and their defaults held to what is resolved.
 * @throws when a docstring's default is not the code's.
 */
export function bounds(entry, resolve, problems) {
  const defaults = flat(resolve({}));
  const found = {};
  for (const { name, type, where, calls } of entry.members) {
    const told = calls[0].doc?.tags.find((tag) => tag.name === "default")?.text;
    if (
      name in defaults &&
      isValue(told) &&
      told !== JSON.stringify(defaults[name]) &&
      Number(told) !== defaults[name]
    ) {
      problems.push(`${where}: ${name} is ${JSON.stringify(defaults[name])} by default, the docstring says ${told}`);
    }
    if (!/\bnumber\b/.test(type) || type.includes("=>")) continue;
    const why = refusal(resolve, name);
    const [, least, most] = /from (\S+) to (\S+)/.exec(why) ?? [];
    found[name] = least === undefined ? why.replace(/^must be /, "") : `${least} to ${most}`;
  }
  return found;
}

/** What is said of a value that is no number. */
function refusal(resolve, name) {
  try {
    resolve({ [name]: "no number" });
    return "";
  } catch (error) {
    return error.details?.name === name ? error.message.replace(`option ${name} `, "") : "";
  }
}

function isValue(text) {
  return text !== undefined && /^(?:-?\d+|true|false|".*"|\[\]|\{\}|Infinity)$/.test(text);
}

/** The server keeps its terms in an object of their own. */
function flat({ terms, ...options }) {
  return { ...options, ...terms };
}
