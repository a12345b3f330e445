// The public names of classes and options, as their type declarations list them: other libraries', which the pages for
// those who come from there have to tell something of, and ours, which those pages compare them with.

import { fileURLToPath } from "node:url";
import ts from "typescript6";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** A module and, of what it exports, the types whose members count; each under the word that the page uses for it. */
export interface ForeignTypes {
  readonly module: string;
  readonly types: Readonly<Record<string, string>>;
}

/** What is declared outside of these is of the platform's, or of no use to applications. */
const counted =
  /\/node_modules\/(?:socket\.io|engine\.io|sockjs|@socket\.io|@types\/sockjs)[\s\S]*\.d\.[cm]?ts$|\/packages\/\w+\/src\//;

/** @returns names such as `socket.emit`, sorted. */
export function foreignNames(groups: readonly ForeignTypes[]): string[] {
  const imports = groups.flatMap(({ module, types }, group) =>
    Object.values(types).map((type, index) => `export type T${group}_${index} = import("${module}").${type};`),
  );
  const program = programOf(imports.join("\n"));
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(`${folder}foreign.ts`);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error("nothing was declared");
  const names = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  return groups
    .flatMap(({ types }, group) =>
      Object.keys(types).flatMap((word, index) => {
        const symbol = names.get(`T${group}_${index}`);
        if (!symbol) throw new Error(`${word} is not declared`);
        const members = membersOf(checker, checker.getDeclaredTypeOfSymbol(symbol));
        if (members.length === 0) throw new Error(`${word} has no members`);
        return members.map((member) => `${word}.${member}`);
      }),
    )
    .sort();
}

/** What a module exports, values and types. */
export function exportsOf(module: string): string[] {
  const program = programOf(`export * from "${module}";`);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(`${folder}foreign.ts`);
  const symbol = file && checker.getSymbolAtLocation(file);
  return symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : [];
}

function membersOf(checker: ts.TypeChecker, type: ts.Type): string[] {
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const [declaration] = property.declarations ?? [];
    if (!declaration || !counted.test(declaration.getSourceFile().fileName)) return [];
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    if (ts.getCombinedModifierFlags(declaration) & hidden || property.name.startsWith("_")) return [];
    const isPrivate = ts.getJSDocTags(declaration).some(({ tagName }) => /^(?:private|internal)$/.test(tagName.text));
    return isPrivate ? [] : [property.name];
  });
}

/** A program of one file that exists only here. */
function programOf(text: string): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ["@wireway/source"],
    allowImportingTsExtensions: true,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    noEmit: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const path = `${folder}foreign.ts`;
  const withOne: Partial<ts.CompilerHost> = {
    fileExists: (name) => name === path || host.fileExists(name),
    getSourceFile: (name, version, ...rest) =>
      name === path ? ts.createSourceFile(name, text, version, true) : host.getSourceFile(name, version, ...rest),
  };
  return ts.createProgram([path], options, { ...host, ...withOne });
}
