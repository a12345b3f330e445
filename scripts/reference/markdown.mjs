/**
 * From names with docstrings to Markdown. Names that the reference knows become links where they stand in code font.
 * What has no docstring is noted, so that the check can fail with all of them at once.
 */

export class Writer {
  /** What is public and says nothing of itself. */
  silent = [];
  #places;
  #page;

  /** @param places page and anchor of every name that has one. */
  constructor(places, page) {
    this.#places = places;
    this.#page = page;
  }

  /** A name with everything that is told of it. */
  entry(entry, heading = "##") {
    const title = `${heading} \`${entry.name}\``;
    const parts = {
      function: () => [this.#calls(entry.calls, entry)],
      class: () => [this.#prose(entry.doc, entry), this.#heritage(entry), ...this.#class(entry, `${heading}#`)],
      interface: () => [
        this.#prose(entry.doc, entry),
        this.#heritage(entry),
        ...(isMostlyCalls(entry) ? this.#class(entry, `${heading}#`) : [this.#fields(entry)]),
      ],
      type: () => [code(entry.signature), this.#prose(entry.doc, entry)],
      constant: () => [code(entry.signature), this.#prose(entry.doc, entry)],
    };
    return [title, ...parts[entry.kind]()].filter(Boolean).join("\n\n");
  }

  /** Options as a table; `limits` are the bounds of numbers, by name. */
  options(entry, limits) {
    const head = ["option", "type", "default", "bounds", "means"];
    const rows = entry.members.map((member) => {
      const { doc } = member.calls[0];
      const given = doc?.tags.find(({ name }) => name === "default")?.text;
      return [
        `\`${member.name}\``,
        cell(member.type.replace(/ \| undefined$/, "")),
        member.isOptional ? given && value(given) : "required",
        limits[member.name] ?? "",
        this.#line(doc, `${entry.name}.${member.name}`, member.where),
      ];
    });
    return [this.#heritage(entry), table(head, rows)].filter(Boolean).join("\n\n");
  }

  /** Text in which names that are known become links. */
  linked(text) {
    return text
      .replaceAll(/\{@link ([\w.]+)\}/g, "`$1`")
      .split(/(```[\s\S]*?```|\[[^\]]*\]\([^)]*\))/)
      .map((part, index) => (index % 2 === 1 ? part : this.#linkedProse(part)))
      .join("");
  }

  #linkedProse(text) {
    return text.replaceAll(/`([\w.]+)(\(\))?`/g, (all, name, _call, at) => {
      const place =
        this.#places.get(name) ??
        this.#places.get(name.replace(/\..*/, "")) ??
        this.#places.get(`${name} as ${sort(text.slice(0, at))}`);
      if (!place) return all;
      const [page, anchor] = place.split("#");
      return `[${all}](${page === this.#page ? "" : page}#${anchor})`;
    });
  }

  #class(entry, heading) {
    const variable = entry.kind === "class" ? entry.name[0].toLowerCase() + entry.name.slice(1) : "";
    const methods = entry.members.filter(({ kind }) => kind === "method");
    const properties = entry.members.filter(({ kind }) => kind === "property");
    const rows = properties.map((member) => [
      `\`${member.name}\``,
      cell(member.type),
      this.#line(member.calls[0].doc, `${entry.name}.${member.name}`, member.where),
    ]);
    const isMade = ({ name, calls }) => name !== "constructor" || calls.some(({ doc }) => doc);
    return [
      ...methods.filter(({ name }) => name === "constructor").filter(isMade),
      ...methods.filter(({ name }) => name !== "constructor"),
    ]
      .map((method) => {
        const isNew = method.name === "constructor";
        const dot = method.name.startsWith("[") || variable === "" ? "" : ".";
        const title = isNew
          ? `new ${entry.name}()`
          : `${method.isStatic ? entry.name : variable}${dot}${method.name}()`;
        const calls = method.calls.map((call) => ({
          ...call,
          signature: isNew ? call.signature.replace("constructor", `new ${entry.name}`) : call.signature,
        }));
        return `${heading} \`${title}\`\n\n${this.#calls(calls, { ...method, name: `${entry.name}.${method.name}` })}`;
      })
      .toSpliced(0, 0, ...(rows.length > 0 ? [table(["property", "type", "means"], rows)] : []));
  }

  #fields(entry) {
    if (entry.members.length === 0) return undefined;
    const events = /Events$/.test(entry.name);
    const defaults = entry.members.map(({ calls }) => calls[0].doc?.tags.find(({ name }) => name === "default")?.text);
    const hasDefaults = defaults.some((text) => text !== undefined);
    const rows = entry.members.map((member, index) => {
      const { doc } = member.calls[0];
      const optional = member.isOptional ? "?" : "";
      const name = `\`${member.name}${member.kind === "method" && !events ? "()" : optional}\``;
      const type = events ? member.type.replace(/ => unknown$/, "") : member.type;
      const told = defaults[index];
      return [
        name,
        /^\{[^}]*\}$/.test(type) ? fieldsOf(type) : cell(type),
        ...(hasDefaults ? [told && value(told)] : []),
        this.#line(doc, `${entry.name}.${member.name}`, member.where),
      ];
    });
    const [first, second, last] = events
      ? ["event", "listener gets", "when"]
      : /Messages$/.test(entry.name)
        ? ["channel", "message", "when"]
        : ["name", "type", "means"];
    return table([first, second, ...(hasDefaults ? ["default"] : []), last], rows);
  }

  /** Signatures and what they mean; overloads that say nothing share the words of the one before. */
  #calls(calls, { name, where }) {
    const groups = [];
    for (const { signature, doc } of calls) {
      if (doc || groups.length === 0) groups.push({ signatures: [signature], doc });
      else groups.at(-1).signatures.push(signature);
    }
    return groups
      .map(({ signatures, doc }) => `${code(signatures.join(";\n"))}\n\n${this.#prose(doc, { name, where })}`)
      .join("\n\n");
  }

  #heritage({ heritage }) {
    return heritage.length > 0
      ? `With everything of ${heritage.map((type) => this.linked(`\`${type.replace(/<.*/, "")}\``)).join(", ")}.`
      : "";
  }

  #prose(doc, { name, where }) {
    if (!doc?.text && !doc?.tags.some((one) => one.name === "returns"))
      this.silent.push(`${where}: ${name} has no docstring`);
    if (!doc) return "";
    const by = (tag) => doc.tags.filter((one) => one.name === tag).map(({ text }) => text);
    const parameters = by("param").map((text) => {
      const [, parameter, means] = /^(\S+)\s+-?\s*([\s\S]*)$/.exec(text) ?? [];
      return `- \`${parameter}\`: ${this.linked(means ?? "")}`;
    });
    return [
      this.linked(doc.text),
      parameters.join("\n"),
      ...by("returns").map((text) => `Returns ${this.linked(sentence(text))}`),
      ...by("throws").map((text) => this.linked(throwing(text))),
      ...by("default").map((text) => `Default: ${value(text)}.`),
      ...by("example"),
    ]
      .filter(Boolean)
      .join("\n\n");
  }

  /** A docstring in a cell of a table. */
  #line(doc, name, where) {
    const returns = doc?.tags.find(({ name: tag }) => tag === "returns")?.text;
    if (!doc?.text && !returns) {
      this.silent.push(`${where}: ${name} has no docstring`);
      return "";
    }
    const see = doc.tags.filter(({ name: tag }) => tag === "see").map(({ text }) => ` See \`${text}\`.`);
    const throws = doc.tags.filter(({ name: tag }) => tag === "throws").map(({ text }) => ` ${throwing(text)}`);
    const words = doc.text || sentence(`Returns ${returns}`);
    return this.linked(words + see.join("") + throws.join(""))
      .replaceAll(/\s*\n\s*/g, " ")
      .replaceAll("|", "\\|");
  }
}

/** Some names are an error's code and an ending's reason: the words before tell which is meant. */
function sort(before) {
  const sentence = before.slice(before.lastIndexOf(". ") + 1);
  if (/reject|throw|error|warning/i.test(sentence)) return "error";
  return /\b(?:ends?|ended|close[sd]?|reason)\b/i.test(sentence) ? "reason" : "neither";
}

/** An interface that is more than a handful of callbacks is told of like a class. */
function isMostlyCalls({ name, members }) {
  return !/(?:Events|Messages)$/.test(name) && members.filter(({ kind }) => kind === "method").length > 4;
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.map((one) => one ?? "").join(" | ")} |`.replaceAll(/ {2,}/g, " ");
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Source in a cell of a table, on one line. */
export function cell(source) {
  const text = source
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("( ", "(")
    .replaceAll(", )", ")");
  return text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``;
}

/** An object's fields one by one, where the whole of it would be too wide for a cell. */
function fieldsOf(type) {
  const fields = type.slice(1, -1).split(";");
  return fields
    .map((field) => field.replace("readonly ", "").trim())
    .filter((field) => field !== "")
    .map(cell)
    .join(", ");
}

/** A default: code where it is a value or a name in code, words where it is not. */
function value(text) {
  const isCode = /^(?:-?[\d_.]+|true|false|undefined|null|Infinity|".*"|\[.*\]|\{.*\}|\w+\(\)|[a-z]+[A-Z]\w*)$/.test(
    text,
  );
  return isCode ? `\`${text}\`` : text.replaceAll("|", "\\|");
}

function code(source) {
  return `\`\`\`ts\n${source}\n\`\`\``;
}

/** A type in braces, then codes or words. */
function throwing(text) {
  const [, type, rest] = /^(?:\{(\w+)\})?\s*([\s\S]*)$/.exec(text);
  const colon = type && rest.startsWith("`") ? ": " : type && rest ? " " : "";
  return sentence(`Throws ${type ? `\`${type}\`` : ""}${colon}${rest}`);
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** As GitHub makes it of a heading. */
export function anchor(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
