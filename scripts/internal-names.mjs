/**
 * Names of properties that never leave the client: declared in our sources, and not public, not on the wire, not the
 * platform's. The published bundles for browsers give them short names; private ones (`#name`) minifiers shorten by themselves.
 * Whatever is in doubt stays as it is: a name that is also a text somewhere, or anybody else's.
 * TypeScript 7 has no API for programs; the compiler here is the last one that has.
 */
import { fileURLToPath } from "node:url";
import ts from "typescript6";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));
const entries = ["index", "core", "debug", "contracts", "msgpack"].map((name) => `${packages}client/src/${name}.ts`);

/** What is made of JSON or becomes it, beside what is public: packets, messages, and what a page remembers. */
const onTheWire = {
  "protocol/src/open.ts": ["ClientOpen", "ServerOpen", "Redirect"],
  "protocol/src/terms.ts": ["Terms"],
  "protocol/src/envelope.ts": ["Envelope"],
  "protocol/src/complaint.ts": ["Complaint"],
  "client/src/memory.ts": ["Remembered"],
};

/** Of a page's memory, and of queries. */
const alsoKept = ["untilMs", "request", "transport", "ticket", "hold"];

/** @returns {string[]} in the order of the alphabet */
export function internalNames() {
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.full.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["@wireway/source"],
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  });
  const kept = publicNames(program);
  const declared = new Set();
  for (const file of program.getSourceFiles()) {
    const isOurs = file.fileName.startsWith(packages) && !file.fileName.includes("/node_modules/");
    visit(file, (node) => {
      const name = propertyName(node);
      if (name !== undefined) (isOurs && !file.isDeclarationFile ? declared : kept).add(name);
      if (isOurs && ts.isStringLiteralLike(node)) kept.add(node.text);
    });
  }
  return [...declared].filter((name) => name.length > 2 && !kept.has(name)).sort();
}

/** The names of what the entry points export, of what those are made of, and so on; and those on the wire. */
function publicNames(program) {
  const checker = program.getTypeChecker();
  const names = new Set(alsoKept);
  const seen = new Set();
  const waiting = entries.flatMap((entry) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry))),
  );
  for (const [path, types] of Object.entries(onTheWire)) {
    const file = program.getSourceFile(packages + path);
    waiting.push(
      ...types.map((type) =>
        checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find(({ name }) => name === type),
      ),
    );
  }
  while (waiting.length > 0) {
    const symbol = waiting.pop();
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (seen.has(target)) continue;
    seen.add(target);
    for (const declaration of target.declarations ?? []) {
      if (!declaration.getSourceFile().fileName.startsWith(packages)) continue;
      visitPublic(declaration, (node) => {
        const name = propertyName(node);
        if (name !== undefined) names.add(name);
        if (!ts.isIdentifier(node)) return;
        const used = checker.getSymbolAtLocation(node);
        if (used) waiting.push(used);
      });
    }
  }
  return names;
}

/** The name of a property that this node declares, in a class, an interface or an object. */
function propertyName(node) {
  const isProperty =
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node);
  return isProperty && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) ? node.name.text : undefined;
}

function visit(node, seen) {
  seen(node);
  ts.forEachChild(node, (child) => visit(child, seen));
}

/** Nothing private, nothing tagged as internal, and of functions not what they do. */
function visitPublic(node, seen) {
  seen(node);
  ts.forEachChild(node, (child) => {
    const isPrivate = child.name && ts.isPrivateIdentifier(child.name);
    const isInternal = ts.getJSDocTags(child).some(({ tagName }) => tagName.text === "internal");
    const isBody = child === node.body && ts.isFunctionLike(node);
    if (!isPrivate && !isInternal && !isBody) visitPublic(child, seen);
  });
}
