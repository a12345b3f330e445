// How the cases say what has to be, without a test runner: values are compared as they print, with everything that a codec
// may carry.

/** @throws an error that tells both. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [print(actual), print(expected)];
  if (got !== wanted) throw new Error(`${what}: ${got.slice(0, 300)} where ${wanted.slice(0, 300)} was expected`);
}

/** The code of the error that comes of it. */
export async function codeOf(run: () => unknown): Promise<unknown> {
  const error = await failure(run);
  return (error as { readonly code?: unknown }).code ?? String(error);
}

/** The error that it throws or rejects with. */
export async function failure(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed where something had to");
}

function print(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `bytes(${Array.from(value).join(" ")})`;
  if (Array.isArray(value)) return `[${Array.from(value, print).join(", ")}]`;
  if (value instanceof Error) return `${value.name}(${value.message})`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.keys(value).sort();
    return `{${fields.map((name) => `${name}: ${print((value as Record<string, unknown>)[name])}`).join(", ")}}`;
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
