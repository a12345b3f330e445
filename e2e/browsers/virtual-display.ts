// A display nobody looks at, for a browser that has no headless mode. Xvfb chooses a free number by itself and
// reports it; choosing one here would race with other workers.

import { once } from "node:events";
import { LeashedProcess } from "./leashed-process.ts";

const screenSize = "2560x1600x24"; // larger than any window a test asks for

export class VirtualDisplay {
  /** What belongs into the environment variable DISPLAY. */
  readonly name: string;
  readonly #process: LeashedProcess;

  private constructor(name: string, process: LeashedProcess) {
    this.name = name;
    this.#process = process;
  }

  static async start(displayPath: string): Promise<VirtualDisplay> {
    const process = new LeashedProcess(displayPath, [
      "-displayfd",
      "3",
      "-screen",
      "0",
      screenSize,
      "-nolisten",
      "tcp",
    ]);
    const [number] = (await Promise.race([once(process.report, "data"), process.failed])) as [Buffer];
    return new VirtualDisplay(`:${number.toString().trim()}`, process);
  }

  async close(): Promise<void> {
    await this.#process.stop();
  }
}
