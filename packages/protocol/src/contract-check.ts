// Checks events by a contract: arguments and acknowledgements, with whatever schema library speaks Standard Schema. What is
// wrong is told as paths and messages, and never as the values themselves.
// Source: https://standardschema.dev

import type { Contract, EventContract, Schema } from "./contract.ts";
import { WirewayError } from "./errors.ts";
import { isPromise } from "./listeners.ts";

/** What is wrong with arguments: where, and what. The path's first element is the argument's index. */
export interface ContractIssue {
  /** Index of the argument, then names and indices inside of it. */
  readonly path: readonly (string | number)[];
  /** In the schema library's words. */
  readonly message: string;
}

interface Parts {
  readonly args: readonly Schema[];
  readonly ack: Schema | undefined;
}

type Result = { readonly value: unknown } | { readonly issues: readonly ContractIssue[] };

/** Issues beyond these say nothing more. */
const maxIssues = 32;

export class ContractCheck {
  readonly #events: ReadonlyMap<string, Parts>;

  /** @throws {WirewayError} `invalid_option` */
  constructor(contract: Contract, option: string) {
    this.#events = new Map(Object.entries(contract).map(([event, one]) => [event, partsOf(one, `${option}.${event}`)]));
  }

  /**
   * The arguments as the schemas give them; a promise where a schema is asynchronous.
   * @throws {WirewayError} `unknown_event`, `invalid_arguments`; the promise rejects with the latter.
   */
  args(event: string, args: readonly unknown[]): readonly unknown[] | Promise<readonly unknown[]> {
    const { args: schemas } = this.#parts(event);
    if (args.length > schemas.length) throw invalid(event, [tooMany(schemas.length, args.length)]);
    const results = schemas.map((schema, index) => validate(schema, args[index], [index]));
    return results.some(isPromise)
      ? Promise.all(results.map((result) => Promise.resolve(result))).then((all) => valuesOf(event, all))
      : valuesOf(event, results as Result[]);
  }

  /** The same at once. @throws {WirewayError} also `invalid_arguments` when a schema is asynchronous. */
  argsNow(event: string, args: readonly unknown[]): readonly unknown[] {
    return now(event, this.args(event, args));
  }

  /** The acknowledgement's first argument as its schema gives it; others are dropped. Without a schema, all as they are. */
  answer(event: string, args: readonly unknown[]): readonly unknown[] | Promise<readonly unknown[]> {
    const { ack } = this.#parts(event);
    if (!ack) return args;
    const result = validate(ack, args[0], []);
    return isPromise(result)
      ? Promise.resolve(result).then((late) => valuesOf(event, [late]))
      : valuesOf(event, [result]);
  }

  #parts(event: string): Parts {
    const parts = this.#events.get(event);
    if (!parts) throw new WirewayError("unknown_event", { name: event });
    return parts;
  }
}

function validate(schema: Schema, value: unknown, path: readonly number[]): Result | Promise<Result> {
  const result = schema["~standard"].validate(value);
  return isPromise(result)
    ? Promise.resolve(result).then((late) => resultOf(late, path))
    : resultOf(result as Awaited<typeof result>, path);
}

function resultOf(result: Awaited<ReturnType<Schema["~standard"]["validate"]>>, path: readonly number[]): Result {
  if (!result.issues) return { value: result.value };
  return {
    issues: result.issues.slice(0, maxIssues).map((issue) => ({
      path: [...path, ...(issue.path ?? []).map((part) => keyOf(typeof part === "object" ? part.key : part))],
      message: issue.message,
    })),
  };
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}

function valuesOf(event: string, results: readonly Result[]): readonly unknown[] {
  const issues = results.flatMap((result) => ("issues" in result ? result.issues : []));
  if (issues.length > 0) throw invalid(event, issues.slice(0, maxIssues));
  return results.map((result) => ("value" in result ? result.value : undefined));
}

function now(event: string, checked: readonly unknown[] | Promise<readonly unknown[]>): readonly unknown[] {
  if (!isPromise(checked)) return checked as readonly unknown[];
  // Nobody waits for it.
  checked.catch(() => undefined);
  throw invalid(event, [{ path: [], message: "its schema is asynchronous, and emit cannot wait" }]);
}

function invalid(event: string, issues: readonly ContractIssue[]): WirewayError {
  const [first] = issues;
  // Some libraries' messages repeat what was wrong: they stand in the data alone.
  const why = first && (first.path.length > 0 ? `at ${first.path.join(".")}` : undefined);
  return new WirewayError("invalid_arguments", { name: event, ...(why && { why }), data: issues });
}

function tooMany(limit: number, size: number): ContractIssue {
  return { path: [limit], message: `${size} arguments, the contract has ${limit}` };
}

function partsOf(contract: EventContract, name: string): Parts {
  const whole =
    isSchema(contract) || Array.isArray(contract) ? undefined : (contract as { args?: unknown; ack?: unknown });
  const args: unknown = whole ? whole.args : contract;
  const list: readonly unknown[] = Array.isArray(args) ? args : [args];
  const ack = whole?.ack;
  if (!list.every(isSchema) || !(ack === undefined || isSchema(ack))) {
    throw new WirewayError("invalid_option", {
      name,
      why: "must be a Standard Schema, a list of them, or { args, ack }",
    });
  }
  return { args: list as readonly Schema[], ack };
}

/** Some libraries' schemas are functions. */
function isSchema(value: unknown): value is Schema {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && "~standard" in value;
}
