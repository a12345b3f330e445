/**
 * Puts the pages of the reference together. A public name that the layout does not list stands at the end of its package's
 * page; one that both ends share stands on a page of its own.
 */
import { readFileSync } from "node:fs";
import { optionTables, ownPage, packages } from "./layout.mjs";
import { anchor, table, Writer } from "./markdown.mjs";
import { root, Sources } from "./sources.mjs";
import { bounds, closeCodeTable, errorTable, metricTable, readTables } from "./tables.mjs";

const note = "<!-- Made by `npm run reference` from the sources: change those, not this page. -->";

/** @returns the text of each page by its file name, and what is wrong with the sources. */
export async function makePages() {
  const read = packages.map((one) => ({ ...one, modules: modulesOf(one.name) }));
  const terms = "packages/protocol/src/terms.ts";
  const sources = new Sources([...read.flatMap(({ modules }) => modules.map(({ entry }) => entry)), terms]);
  const tables = await readTables(sources);
  const problems = [];
  const names = placed(read, sources);
  const writers = [];
  const writer = (page) => {
    const one = new Writer(places(names, tables, page), page);
    writers.push(one);
    return one;
  };
  const pages = new Map();
  const add = (page, title, ...parts) =>
    pages.set(page, `${[note, `# ${title}`, ...parts].filter(Boolean).join("\n\n")}\n`);

  for (const one of read)
    add(`${one.name}.md`, one.title, ...packagePage(one, names, { sources, tables }, writer(`${one.name}.md`)));
  add("shared.md", "Both sides", ...sharedPage(names, writer("shared.md")));
  add("options.md", "Options", ...optionsPage(names, tables, writer("options.md"), problems));
  add("errors.md", "Errors", ...errorsPage(names, tables, writer("errors.md")));
  add("close-codes.md", "Close codes", ...closeCodesPage(names, tables, writer("close-codes.md")));
  add("terms.md", "Terms", ...termsPage(sources.exportsOf(terms), tables, writer("terms.md"), problems));
  add("README.md", "Reference", ...indexPage());
  return { pages, problems: [...problems, ...new Set(writers.flatMap(({ silent }) => silent))] };
}

/** The entry points of a package that have a source, as its `exports` list them. */
function modulesOf(name) {
  const { exports } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, "utf8"));
  return Object.entries(exports).flatMap(([path, { "@wireway/source": source }]) => {
    const module = `@wireway/${name}${path.slice(1)}`;
    return source === undefined ? [] : [{ module, entry: `packages/${name}/${source.replace("./", "")}` }];
  });
}

/** Every public name once: where it is declared, which modules have it, and its page. */
function placed(read, sources) {
  const names = new Map();
  for (const { name: packageName, modules } of read) {
    for (const { module, entry } of modules) {
      for (const one of sources.exportsOf(entry)) {
        const key = `${one.path} ${one.name}`;
        const known = names.get(key);
        if (known) known.modules.push(module);
        else names.set(key, { ...one, modules: [module], page: pageOf(one, packageName) });
      }
    }
  }
  return [...names.values()];
}

function pageOf({ name, path }, packageName) {
  if (name in optionTables) return "options.md";
  if (!path.startsWith("packages/protocol/") || packageName === "testkit") return `${packageName}.md`;
  return ownPage[name] ?? "shared.md";
}

/** Where a name in code font leads to from a page: its own names come first, then shared ones, then any. */
function places(names, { errors, requestErrors, closeCodes }, page) {
  const found = new Map();
  const codes = new Set([...errors, ...requestErrors].map(({ code }) => code));
  const reasons = new Set(closeCodes.map(({ reason }) => reason));
  for (const code of codes) found.set(reasons.has(code) ? `${code} as error` : code, `errors.md#${code}`);
  for (const reason of reasons) {
    found.set(codes.has(reason) ? `${reason} as reason` : reason, `close-codes.md#${reason}`);
  }
  found.set("Terms", "terms.md#terms");
  const rank = (one) => (one.page === page ? 0 : one.page === "shared.md" ? 1 : one.page === ownPage[one.name] ? 1 : 2);
  for (const one of [...names].sort((a, b) => rank(b) - rank(a))) {
    const heading = one.name in optionTables ? optionTables[one.name][0] : one.name;
    found.set(one.name, `${one.page}#${anchor(heading)}`);
  }
  return found;
}

function packagePage({ name, about, first, modules }, names, { sources, tables }, writer) {
  const page = `${name}.md`;
  const [main, ...others] = modules;
  const own = names.filter((one) => one.page === page);
  const isFirst = (one) => first.includes(one.name) && one.modules[0] === main.module;
  const leading = first.flatMap((wanted) => own.filter((one) => one.name === wanted && isFirst(one)));
  const rest = own.filter((one) => one.modules[0] === main.module && !isFirst(one)).sort(byName);
  const shared = names.filter((one) => one.page !== page && one.modules.includes(main.module)).sort(byName);
  return [
    `${about} Import from \`${main.module}\`${others.length > 0 ? `; more from ${others.map(({ module }) => `[\`${module}\`](#${anchor(module)})`).join(", ")}` : ""}.`,
    shared.length > 0 && `Also here: ${shared.map((one) => writer.linked(`\`${one.name}\``)).join(", ")}.`,
    ...leading.map((one) => writer.entry(one)),
    rest.length > 0 && "## Other names",
    ...rest.map((one) => writer.entry(one, "###")),
    ...others.flatMap(({ module, entry }) => {
      const new_ = names.filter((one) => one.modules[0] === module && one.page === page).sort(byName);
      const also = names.filter((one) => one.modules[0] !== module && one.modules.includes(module)).sort(byName);
      return [
        `## \`${module}\``,
        writer.linked(sources.header(entry)),
        module.endsWith("/metrics") && metricTable(tables.metrics),
        also.length > 0 && `Also here: ${also.map((one) => writer.linked(`\`${one.name}\``)).join(", ")}.`,
        ...new_.map((one) => writer.entry(one, "###")),
      ];
    }),
  ];
}

function sharedPage(names, writer) {
  const own = names.filter(({ page }) => page === "shared.md").sort(byName);
  return [
    "Names that `@wireway/client` and `@wireway/server` have in common. Errors and close codes have [pages](errors.md) of [their own](close-codes.md).",
    ...own.flatMap((one) => [writer.entry(one), `From ${one.modules.map((module) => `\`${module}\``).join(", ")}.`]),
  ];
}

function optionsPage(names, { limits }, writer, problems) {
  return [
    "Names end in their unit: `Ms` is milliseconds, `Bytes` is bytes. A value out of its bounds throws a `WirewayError` with the code `invalid_option`, which names the option and the bound.",
    ...Object.entries(optionTables).flatMap(([name, [heading, about]]) => {
      const entry = names.find((one) => one.name === name);
      if (!entry) return [];
      const found = limits[name] ? bounds(entry, limits[name], problems) : {};
      return [`## ${heading}`, writer.linked(about), writer.options(entry, found)];
    }),
  ];
}

function errorsPage(names, { errors, requestErrors }, writer) {
  const own = names.filter(({ page }) => page === "errors.md").sort(byName);
  return [
    "Every error of Wireway's is a `WirewayError`. Match on its `code`, never on its words. The fault says who has to change something: the side that meets the error, the other side, or neither (the network). Why sessions and connections end is told by [close codes](close-codes.md) instead.",
    "## What applications meet",
    errorTable(errors, writer, { withStatus: false }),
    "## How a server answers requests",
    "These go to whoever made a request that cannot be served, with the status and the code in the body. Of the errors above, `malformed_packet`, `too_many_packets` and `malformed_open` answer with 400, `message_too_large` with 413 and `refused` with 403.",
    errorTable(requestErrors, writer, { withStatus: true }),
    ...own.map((one) => writer.entry(one)),
  ];
}

function closeCodesPage(names, { closeCodes }, writer) {
  const isSessions = ({ next }) => next !== "resume";
  return [
    "Why a session or a connection ended. The reason is the first argument of `disconnect`; on the wire, and in a WebSocket's close frame, it is the number. An application's own codes are 4000 to 4999.",
    "## Endings of a session",
    closeCodeTable(closeCodes.filter(isSessions)),
    "## Endings of a connection",
    "The session lives on. They stand in `socket.connection.attempts`, and a session that was never taken up again tells the last one.",
    closeCodeTable(closeCodes.filter((row) => !isSessions(row))),
    ...names.filter(({ page }) => page === "close-codes.md").map((one) => writer.entry(one)),
  ];
}

function termsPage(names, { limits }, writer, problems) {
  const entry = names.find(({ name }) => name === "Terms");
  return [
    "What both ends of a session keep to. They are [options of the server](options.md#server); the client gets them with the first answer. A dead connection is noticed after `pingIntervalMs + pingTimeoutMs` when nothing is under way, and after `confirmDelayMs + pingTimeoutMs` when something is unconfirmed.",
    "## Terms",
    writer.options(entry, bounds(entry, limits.Terms, problems)),
  ];
}

function indexPage() {
  return [
    "Made from the docstrings, options and tables of the code; a check fails when a page is stale.",
    table(
      ["page", "tells"],
      [
        ...packages.map(({ name, title, about }) => [`[${title}](${name}.md)`, about]),
        ["[Both sides](shared.md)", "Types that client and server have in common."],
        ["[Options](options.md)", "Every option: type, default, bounds, meaning."],
        ["[Errors](errors.md)", "Every code: sentence, whose fault, what to do."],
        ["[Close codes](close-codes.md)", "Why sessions and connections end, and what the client does next."],
        ["[Terms](terms.md)", "Times and limits that both ends of a session keep to."],
      ],
    ),
  ];
}

function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
