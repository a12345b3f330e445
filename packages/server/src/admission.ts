// Who is let into a namespace: its middlewares, one after the other, and the handlers that welcome whoever got through. A
// namespace that a parent made has two of these, its parent's first.

import {
  type EventMap,
  type Events,
  isPromise,
  Listeners,
  Refusal,
  type RefusalData,
  refusalData,
} from "@wireway/protocol";
import type { ErrorReport } from "./error-report.ts";
import type { SocketData } from "./event-name.ts";
import type { Socket } from "./socket.ts";

/**
 * Decides about a socket that wants in. One with two parameters calls `next` once, with an error to refuse it: the client
 * gets the error's `message` and `data`. One with the socket alone, such as an async function, lets in by returning. A
 * `Refusal` that is thrown, or that a promise rejects with, tells the client its reason; another error refuses without words,
 * and is reported.
 */
export type Middleware<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> = (socket: Socket<In, Out, Between, Data>, next: (refusal?: Error & { readonly data?: unknown }) => void) => unknown;

export class Admission {
  readonly listeners: Listeners = new Listeners();
  readonly middlewares: Middleware[] = [];
}

/** Asks all of them, and welcomes or refuses the socket in the end. */
export function admit(socket: Socket, admissions: readonly Admission[], report: ErrorReport): void {
  const failed = (error: unknown): void => report(error, { socket, event: "connection" });
  const admitted = (): void => socket.admit(() => welcome(socket, admissions, failed));
  const identifying = socket.identify();
  if (!identifying && admissions.every(isOpen)) return admitted();
  const middlewares = admissions.flatMap((admission) => admission.middlewares);
  const ask = (index: number): void => {
    const middleware = middlewares[index];
    if (middleware) decide(middleware, socket, { passed: () => ask(index + 1), failed });
    else admitted();
  };
  if (!identifying) return ask(0);
  identifying.then(
    () => ask(0),
    (error: unknown) => {
      socket.refuse(error instanceof Refusal ? refusalData(error) : { message: refusedWithoutWords });
    },
  );
}

function isOpen({ middlewares }: Admission): boolean {
  return middlewares.length === 0;
}

function welcome(
  socket: Socket,
  admissions: readonly Admission[],
  failed: (error: unknown) => void,
): Promise<unknown> | undefined {
  let pending: Promise<unknown>[] | undefined;
  for (const { listeners } of admissions) {
    const handling = listeners.call("connection", [socket], { failed });
    if (handling) pending = [...(pending ?? []), handling];
  }
  return pending && Promise.all(pending);
}

interface Verdict {
  readonly passed: () => void;
  /** Something of the application's failed. */
  readonly failed: (error: unknown) => void;
}

function decide(middleware: Middleware, socket: Socket, { passed, failed }: Verdict): void {
  let isDecided = false;
  const next = (refusal?: Error & { readonly data?: unknown }): void => {
    if (isDecided) return;
    isDecided = true;
    if (!refusal) return passed();
    socket.refuse(refusal instanceof Refusal ? refusalData(refusal) : wordsOf(refusal));
  };
  const threw = (error: unknown): void => {
    if (error instanceof Refusal && !isDecided) return next(error);
    failed(error);
    if (isDecided) return;
    isDecided = true;
    socket.refuse({ message: refusedWithoutWords });
  };
  // Exactly one: a function of rest parameters, as wrappers are, has none and will call `next`.
  const returned = middleware.length === 1 ? () => next() : () => undefined;
  try {
    const result = middleware(socket, next);
    if (isPromise(result)) void Promise.resolve(result).then(returned).catch(threw);
    else returned();
  } catch (error) {
    threw(error);
  }
}

function wordsOf({ message, data }: Error & { readonly data?: unknown }): RefusalData & { readonly message: string } {
  return { message: String(message), ...(data !== undefined && { data }) };
}

const refusedWithoutWords = "refused";
