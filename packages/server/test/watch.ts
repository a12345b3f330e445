// Writes down what is told on diagnostics channels, and waits for what is not told yet.

import {
  type DiagnosticHandlers,
  type DiagnosticMessages,
  type DiagnosticName,
  subscribeDiagnostics,
} from "@wireway/server";
import { diagnosticNames } from "../src/diagnostics.ts";

export class Watch {
  readonly all: [name: DiagnosticName, message: unknown][] = [];
  readonly stop: () => void;
  #waiting: (() => void)[] = [];

  /** @param names all when there are none. */
  constructor(names: readonly DiagnosticName[]) {
    const wanted = names.length > 0 ? names : diagnosticNames;
    const handlers = wanted.map((name) => [name, (message: unknown) => this.#told(name, message)]);
    this.stop = subscribeDiagnostics(Object.fromEntries(handlers) as DiagnosticHandlers);
  }

  of<Name extends DiagnosticName>(name: Name): DiagnosticMessages[Name][] {
    return this.all.filter(([one]) => one === name).map(([, message]) => message as DiagnosticMessages[Name]);
  }

  /** Resolves with all of the name when there is one. */
  async next<Name extends DiagnosticName>(name: Name): Promise<DiagnosticMessages[Name][]> {
    while (this.of(name).length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.of(name);
  }

  #told(name: DiagnosticName, message: unknown): void {
    this.all.push([name, message]);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
