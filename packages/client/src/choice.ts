// What a client that has several ways to reach its server makes of them: what the connector asks whoever chooses. The HTTP
// transports bring one who does (evidence); a client of WebSocket alone has no choice, and does without. Types alone.

import type { CloseCause, Road } from "@wireway/protocol";
import type { Connector } from "./connector.ts";

export interface Choice {
  /** The server was away, or has lost its sessions, and nothing was proven since: it may have all of its clients at once. */
  isBack: boolean;
  /** Which transport is better: the smaller score. */
  score(transport: string): number;
  /** The transports that a round tries, the best first. @param isNew not one beside a connection that is not proven yet. */
  round(isNew: boolean): readonly string[];
  /** Whether it is not its turn yet, although it comes next. */
  mustWait(transport: string): boolean;
  /** So many attempt delays it is dialled alone. */
  patience(transport: string): number;
  /** How its stream is asked for: 0 as usual. */
  hold(transport: string): number;
  /** How long its answer may take; undefined for as long as any. */
  limitMs(transport: string): number | undefined;
  /** Its answer did not come in time. */
  unanswered(transport: string): void;
  /** A connection ended. @param dropped by the session itself @param served messages went by it. */
  lost(road: Road, cause: CloseCause, dropped: boolean, served: boolean): void;
  /** A whole round got nowhere. */
  unreachable(): void;
  settled(on: Road): void;
  /** Nothing is to be done behind the back of what serves. */
  rest(): void;
  woke(): void;
}

export type Choose = (connector: Connector) => Choice;
