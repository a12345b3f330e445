// The command: arguments in, text out, exit code back. Told its streams, so that it can be run without a process.

import { paintFor } from "./colour.ts";
import { parseCommand, usage } from "./command-line.ts";
import { doctorVersion, examine } from "./examine.ts";
import { formatReport } from "./text-report.ts";

/** Where the command writes; what Node's `process` has of that. */
export interface Streams {
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @returns the exit code. */
export async function main(argv: readonly string[], { stdout, stderr, env }: Streams): Promise<0 | 1 | 2> {
  const command = parseCommand(argv);
  switch (command.kind) {
    case "help":
      stdout.write(usage);
      return 0;
    case "version":
      stdout.write(`${doctorVersion}\n`);
      return 0;
    case "wrong":
      stderr.write(`wireway-doctor: ${command.message}\n\n${usage}`);
      return 2;
    case "examine": {
      const { options, isJson } = command;
      const isTerminal = stdout.isTTY === true;
      const isTold = isTerminal && !isJson;
      // One line that is written over, and wiped in the end.
      const onProgress = (underway: readonly string[]): unknown =>
        isTold && stdout.write(`\r\u001b[Kexamining: ${underway.join(", ")} …`);
      const report = await examine({ ...options, onProgress });
      if (isTold) stdout.write("\r\u001b[K");
      const text = isJson
        ? `${JSON.stringify(report, undefined, 2)}\n`
        : formatReport(report, paintFor(isTerminal, env));
      stdout.write(text);
      return report.exitCode;
    }
  }
}
