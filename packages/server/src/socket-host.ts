// What a socket needs of the session that it belongs to.

import type { Clock, CloseReason, Message, RefusalData } from "@wireway/protocol";
import type { Hearer } from "./announcements.ts";
import type { ErrorReport } from "./error-report.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Delivery, Outcome } from "./outflow.ts";
import type { Socket } from "./socket.ts";

export interface SocketHost extends Hearer {
  readonly clock: Clock;
  readonly options: ResolvedOptions;
  readonly report: ErrorReport;
  /** Whose the session is, as `authenticate` told. */
  readonly user: string | undefined;
  /** Finds out who wants in. Undefined where nobody is asked; rejects with a `Refusal`, or with what was reported already. */
  identify(socket: Socket): Promise<void> | undefined;
  /** What the client has not confirmed yet, or what waits because it is behind. */
  readonly bufferedBytes: number;
  /** Whether that is more than `highWaterBytes`. */
  readonly isFull: boolean;
  /** @param delivery for what may wait or be dropped while the client is behind. */
  send(message: Message, delivery?: Delivery): Outcome;
  /** The client has answered message `number`. */
  arrived(number: number): void;
  /** Messages of which nobody knows whether they have arrived. */
  unconfirmed(): readonly Message[];
  close(reason: CloseReason, message?: string): void;
  /** The application let a socket of the session in. */
  admitted(socket: Socket): void;
  /** The application ends the socket's part in the session. */
  left(socket: Socket): void;
  /** The application has decided about a socket that was over by then. */
  decided(): void;
  refused(socket: Socket, data: RefusalData & { readonly message: string }): void;
}
