// A scenario: a task, its sizes, and how the load process plays it. Its figures are those of one repetition.

import type { Memory, Usage } from "../processes/usage.ts";
import type { ClientSide } from "../systems/system.ts";
import type { Task } from "../task.ts";

export interface Scenario {
  readonly name: string;
  /** Scenarios of a group stand in one table and one chart. */
  readonly group: string;
  /** What the figure is, as the axis says it. */
  readonly unit: string;
  readonly task: Task;
  readonly full: Size;
  /** Missing where a smoke test does without it. */
  readonly quick?: Size;
  /** The systems that play it; all when missing. */
  readonly systems?: readonly string[];
  /** The system that the others are compared with; `ws` when missing. */
  readonly baseline?: string;
  play(stage: Stage): Promise<Figures>;
}

export interface Size {
  /** In a smoke test: other libraries play, too. */
  readonly everybody?: boolean;
  /** In a smoke test: nobody else plays. */
  readonly only?: readonly string[];
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export function baselineOf({ baseline }: Scenario): string {
  return baseline ?? "ws";
}

/** What a scenario has in the load process. */
export interface Stage {
  /** Who is measured. */
  readonly system: string;
  readonly port: number;
  readonly size: Size;
  readonly client: ClientSide;
  readonly task: Task;
  /** What the server has used so far. */
  usage(): Promise<Usage>;
  /** The server's memory once its garbage is collected. */
  settle(): Promise<Memory>;
  tick(): Promise<void>;
  /** What the server keeps until it is confirmed; 0 where there is nothing of the kind. */
  outboxBytes(): Promise<number>;
  /** Ends the server and starts another one. @returns its port. */
  restart(): Promise<number>;
  /** A client of another system, which the server has to understand. */
  clientOf(system: string): ClientSide;
}

/** The first is what systems are compared by; a scenario may measure more. */
export interface Figures {
  /** What is compared: most often the server's processor time for one message, in microseconds. */
  readonly cost: number;
  /** How many messages (or connections) the cost was measured over: none means that nothing was measured. */
  readonly count: number;
  readonly more: Readonly<Record<string, number>>;
}
