// A script for pages whose browser does not report their errors to us (WebKitGTK): it keeps them in the page, where
// the tab fetches them. It must come before the page's own scripts to miss nothing; it records once per page.

declare global {
  var wirewayRecordedErrors: string[] | undefined;
}

/** The script's text. */
export const recorderSource: string = `(${recordErrors.toString()})();`;

function recordErrors(): void {
  if (globalThis.wirewayRecordedErrors !== undefined) return;
  const errors: string[] = [];
  globalThis.wirewayRecordedErrors = errors;
  const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
  const printError = console.error.bind(console);
  console.error = (...args: unknown[]): void => {
    errors.push(args.map(wordsOf).join(" "));
    printError(...args);
  };
  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent) errors.push(wordsOf(event.error ?? event.message));
  });
  addEventListener("unhandledrejection", (event) => errors.push(wordsOf(event.reason)));
}
