/**
 * What the reference is made of: the public names of each entry point with their declarations and docstrings, read from
 * the sources, and the values of the tables that the code works with, by running it.
 * TypeScript 7 has no API for programs; the compiler here is the last one that has.
 */
import { mkdirSync, rmSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import ts from "typescript6";
import { docstring } from "./docstring.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Everything that `entries` (paths from the root) and what they import declare. */
export class Sources {
  #program;
  #checker;
  #entries;
  #names;

  constructor(entries) {
    this.#entries = entries;
    this.#program = ts.createProgram(
      entries.map((entry) => root + entry),
      {
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        customConditions: ["@wireway/source"],
        allowImportingTsExtensions: true,
        noEmit: true,
        noLib: true,
        types: [],
      },
    );
    this.#checker = this.#program.getTypeChecker();
  }

  /** The names that a module exports, in the order of the source that declares them. */
  exportsOf(entry) {
    const module = this.#checker.getSymbolAtLocation(this.#file(entry));
    const entries = this.#checker.getExportsOfModule(module).map((symbol) => this.#exported(symbol));
    return entries.filter(({ doc }) => !doc?.tags.some(({ name }) => name === "internal"));
  }

  /** The comment that a file opens with, as one paragraph; without what it says that it is not. */
  header(entry) {
    const [comment = ""] = /^(?:\/\/.*\n)+/.exec(this.#file(entry).text) ?? [];
    const text = comment.replaceAll(/^\/\/ ?/gm, "").replaceAll("\n", " ");
    return text.replace(/ ?(?:Not here|Source):.*$/, "").trim();
  }

  /** The docstring of each property of a table (an object literal) in a file. */
  tableDocs(entry, name) {
    const found = new Map();
    const visit = (node) => {
      if (ts.isVariableDeclaration(node) && node.name.text === name) {
        for (const property of literal(node.initializer).properties) {
          found.set(property.name.text, docstring(property, this.#where(property)));
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(this.#file(entry));
    return found;
  }

  #file(entry) {
    const file = this.#program.getSourceFile(root + entry);
    if (!file) throw new Error(`${entry} does not exist`);
    return file;
  }

  #exported(symbol) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    const nodes = target.declarations ?? [];
    if (nodes.length === 0) throw new Error(`${symbol.name} has no declaration`);
    // A constant and the type of the same name are one entry; one that is a class by another type is that class.
    const node = nodes.map((one) => this.#renamed(one)).find((one) => one) ?? nodes[0];
    const path = relative(root, node.getSourceFile().fileName);
    const entry = { name: symbol.name, path, ...this.#describe(node, nodes) };
    // What is exported as a type alone cannot be made by applications.
    const [specifier] = symbol.declarations ?? [];
    const isType = specifier && ts.isExportSpecifier(specifier) && ts.isTypeOnlyExportDeclaration(specifier);
    return isType && entry.members
      ? { ...entry, members: entry.members.filter(({ name }) => name !== "constructor") }
      : entry;
  }

  /** The class that a constant is. */
  #renamed(node) {
    if (!ts.isVariableDeclaration(node) || !node.initializer || !ts.isIdentifier(node.initializer)) return undefined;
    const declared = this.#declared(node.initializer);
    return declared && ts.isClassDeclaration(declared) ? declared : undefined;
  }

  #describe(node, nodes) {
    const where = this.#where(node);
    if (ts.isFunctionDeclaration(node)) {
      return { kind: "function", where, calls: withoutBody(nodes).map((one) => this.#call(one)) };
    }
    if (ts.isClassDeclaration(node)) {
      return { kind: "class", where, doc: docstring(node, where), ...this.#implemented(node) };
    }
    if (ts.isInterfaceDeclaration(node)) {
      return { kind: "interface", where, doc: docstring(node, where), ...this.#extended(node) };
    }
    if (ts.isTypeAliasDeclaration(node)) {
      return { kind: "type", where, doc: docstring(node, where), signature: declaration(node) };
    }
    // A constant's docstring stands before the statement.
    const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
    return { kind: "constant", where, doc: docstring(statement, where), signature: constant(node) };
  }

  /**
   * A class's members. One that says nothing of itself, and that an interface of the class's tells of, is told of there when
   * the interface is public too, and else with the interface's words.
   */
  #implemented(node) {
    const clauses = (node.heritageClauses ?? []).filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword);
    const interfaces = clauses
      .flatMap(({ types }) => [...types])
      .map((type) => ({ name: type.expression.getText(), node: this.#declared(type.expression) }))
      .filter(
        (one) =>
          one.node &&
          ts.isInterfaceDeclaration(one.node) &&
          one.node.getSourceFile().fileName.startsWith(`${root}packages`),
      );
    const heritage = new Set();
    const members = this.#members(node).flatMap((member) => {
      if (member.calls.some(({ doc }) => doc)) return [member];
      for (const one of interfaces) {
        const told = this.#members(one.node).find(({ name }) => name === member.name);
        if (!told) continue;
        if (!this.#isExported(one.name)) return [told];
        heritage.add(one.name);
        return [];
      }
      return [member];
    });
    return { heritage: [...heritage], members };
  }

  /** An interface's members; those of a base that is not public are its own. */
  #extended(node) {
    const heritage = [];
    const members = this.#members(node);
    for (const type of (node.heritageClauses ?? []).flatMap(({ types }) => [...types])) {
      const name = type.expression.getText();
      const base = this.#declared(type.expression);
      if (!base || !ts.isInterfaceDeclaration(base) || !base.getSourceFile().fileName.startsWith(`${root}packages`))
        continue;
      if (this.#isExported(name)) heritage.push(name);
      else members.unshift(...this.#extended(base).members);
    }
    return { heritage, members };
  }

  #declared(expression) {
    const symbol = this.#checker.getSymbolAtLocation(expression);
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return target?.declarations?.[0];
  }

  /** Whether an entry point has the name. */
  #isExported(name) {
    this.#names ??= new Set(
      this.#entries.flatMap((entry) => {
        const module = this.#checker.getSymbolAtLocation(this.#file(entry));
        return this.#checker.getExportsOfModule(module).map((symbol) => symbol.name);
      }),
    );
    return this.#names.has(name);
  }

  /** What is public of a class or an interface; overloads of one name are one member. */
  #members(node) {
    const groups = new Map();
    for (const member of node.members) {
      if (isHidden(member)) continue;
      const name =
        ts.isConstructorDeclaration(member) || ts.isConstructSignatureDeclaration(member)
          ? "constructor"
          : member.name.getText();
      groups.set(name, [...(groups.get(name) ?? []), member]);
    }
    return [...groups].map(([name, members]) => {
      const [first] = members;
      const isCall = ts.isMethodDeclaration(first) || ts.isMethodSignature(first) || ts.isConstructorDeclaration(first);
      const calls = (isCall ? withoutBody(members) : [first]).map((member) => this.#call(member));
      return {
        name: name.replaceAll(/^"|"$/g, ""),
        kind: isCall ? "method" : "property",
        isOptional: first.questionToken !== undefined,
        isStatic: ts.getCombinedModifierFlags(first) & ts.ModifierFlags.Static,
        type: isCall ? callType(first) : (first.type?.getText() ?? "unknown"),
        where: this.#where(first),
        calls,
      };
    });
  }

  #call(node) {
    return { signature: declaration(node), doc: docstring(node, this.#where(node)) };
  }

  #where(node) {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    return `${relative(root, file.fileName)}:${line + 1}`;
  }
}

/** Private, or tagged as being of no use to applications. */
function isHidden(member) {
  if (member.name && ts.isPrivateIdentifier(member.name)) return true;
  if (ts.isIndexSignatureDeclaration(member) || ts.isClassStaticBlockDeclaration(member)) return true;
  if (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) return true;
  return /@internal\b/.test(member.getFullText().slice(0, member.getLeadingTriviaWidth()));
}

/** Of overloads, those that callers see. */
function withoutBody(nodes) {
  const bare = nodes.filter(({ body }) => body === undefined);
  return bare.length > 0 ? bare : nodes;
}

/** A declaration as it stands in the source, without what it does and what only a declaration needs. */
function declaration(node) {
  const end = node.body ? node.body.getStart() : node.getEnd();
  const source = node.getSourceFile();
  const start = node.getStart();
  const line = source.text.slice(source.getLineStarts()[source.getLineAndCharacterOfPosition(start).line], start);
  return dedent(source.text.slice(start, end).trim(), /^ */.exec(line)[0].length)
    .replace(/^export /, "")
    .replace(/^(?:async |override |readonly |get |declare )+/, "")
    .replace(/;$/, "")
    .trim();
}

/** A constant's type; of a table what it is made of. */
function constant(node) {
  if (!ts.isVariableDeclaration(node)) return node.getText();
  return `const ${node.name.getText()}${node.type ? `: ${node.type.getText()}` : ""}`;
}

function callType(node) {
  if (ts.isConstructorDeclaration(node)) return "";
  const parameters = node.parameters.map((parameter) => parameter.getText()).join(", ");
  return `(${parameters}) => ${node.type?.getText() ?? "void"}`;
}

function literal(node) {
  return ts.isObjectLiteralExpression(node) ? node : literal(node.expression);
}

function dedent(text, by) {
  return text
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(" ".repeat(by)) ? line.slice(by) : line))
    .join("\n");
}

/** Runs modules of the sources. @returns what each exports, by its path. */
export async function run(paths) {
  const folder = `${root}node_modules/.cache/wireway-reference/${process.pid}/`;
  mkdirSync(folder, { recursive: true });
  try {
    await build({
      stdin: {
        contents: paths.map((path, index) => `export * as m${index} from "./${path}";`).join("\n"),
        resolveDir: root,
      },
      outfile: `${folder}sources.mjs`,
      bundle: true,
      format: "esm",
      platform: "node",
      conditions: ["@wireway/source"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    const modules = await import(pathToFileURL(`${folder}sources.mjs`).href);
    return Object.fromEntries(paths.map((path, index) => [path, modules[`m${index}`]]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
