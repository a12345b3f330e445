// Every error that a client can meet: its code, what is at fault, and its sentence; what only a server raises is listed in
// request-errors. Users match on `code`, never on words. Sentences name the value and the limit, and never hold a payload or
// a token.
// Not here: why a session or a connection ended (close-table). Browsers get no sentences (tables-compact).

import type { ErrorKind } from "./error-kind.ts";

/** What is said of options in a word or two, because browsers carry it. */
const options: Readonly<Record<string, string>> = {
  path: "must be a string that begins with /",
  none: "must list at least one transport",
  twice: "must not list a transport twice",
  order: "must be at least reconnectDelayMinMs",
  scheme: "must be an address by http, https, ws or wss",
};

/** @param why one of those words, bounds such as `0 to 10`, or a text. */
const optionMustBe = (why: string): string =>
  /^\d+ to \d+$/.test(why) ? `must be a whole number from ${why}` : (options[why] ?? why);

/** Why arguments cannot be sent, beside what a codec says. */
const notSent = (limit: number | undefined): Readonly<Record<string, string>> => ({
  depth: `nested deeper than ${limit}, or cyclic`,
  attachments: `more than ${limit} attachments`,
  function: "a function stands where only the last argument may be one",
  collection: "a Map, a Set or a Promise cannot be sent",
});

export const errors = {
  // What an application did.
  /** Thrown where the option is given. Correct the value: the sentence names the option and the bound. */
  invalid_option: { fault: "local", sentence: ({ name, why = "" }) => `option ${name} ${optionMustBe(why)}` },
  /** Thrown by `emit`. Names of events are strings; the sentence tells more. */
  invalid_event: { fault: "local", sentence: ({ why }) => `event name ${why ?? "must be a string"}` },
  /** Thrown by `emit` and `on`. The name is one of the socket's own events; take another one. */
  reserved_event: { fault: "local", sentence: ({ name }) => `event name ${name} is reserved` },
  /** Thrown by `connect` and `of`. A namespace begins with a slash; the sentence tells what is wrong. */
  invalid_namespace: {
    fault: "local",
    sentence: ({ limit, why }) =>
      `namespace ${why ?? `must be a string that begins with /, of at most ${limit} characters, and hold no comma, question mark, control character or lone surrogate`}`,
  },
  /**
   * Thrown by `emit`; nothing was sent. Convert what the codec does not know, such as a `Map`, or use a codec that
   * does.
   */
  not_serializable: {
    fault: "local",
    sentence: ({ why = "", limit }) => `arguments cannot be sent: ${notSent(limit)[why] ?? why}`,
  },
  /**
   * Thrown by `emit`; nothing was sent and the connection lives. Send less at a time, or raise the server's
   * `maxMessageBytes`.
   */
  message_too_large: {
    fault: "local",
    status: 413,
    sentence: ({ size, limit }) => `message is ${size} bytes, the limit is ${limit}`,
  },
  /**
   * Thrown by a client's `emit`; nothing was sent. Wait for `drained()`, or use `volatile` for what is worth nothing
   * later.
   */
  outbox_full: {
    fault: "local",
    sentence: ({ size, limit }) => `outbox would hold ${size} unconfirmed bytes, the limit is ${limit}`,
  },
  /** Thrown by `emit` after `close()` or a refusal. Call `connect()` first. */
  closed: { fault: "local", sentence: () => "socket is closed" },
  // What came of an emit or a connect.
  /**
   * An acknowledgement's promise or callback. The event may have arrived or not: ask again after the next `connect`,
   * with something by which the server knows it.
   */
  disconnected: { fault: "network", sentence: () => "socket was disconnected before the acknowledgement came" },
  /** An acknowledgement's promise or callback. The event may have arrived or not; a late answer is ignored. */
  timed_out: { fault: "network", sentence: ({ limit }) => `no acknowledgement within ${limit} ms` },
  /**
   * An acknowledgement's promise or callback: the signal in `with({ signal })` was aborted. Nothing to do; the event
   * was sent nevertheless.
   */
  aborted: { fault: "local", sentence: () => "the signal was aborted before the acknowledgement came" },
  /**
   * An acknowledgement's promise or callback: the event was volatile or gave way to a newer one, and was not sent.
   * Nothing to do.
   */
  dropped: { fault: "network", sentence: () => "event was not sent: the peer is behind" },
  /** A broadcast's acknowledgements. `details.data` holds the answers that came in time. */
  not_acknowledged: {
    fault: "network",
    sentence: ({ size, limit }) => `no acknowledgement of ${size} receivers within ${limit} ms`,
  },
  /**
   * An acknowledgement's promise or callback. Look at the other side's log: what was thrown there does not cross the
   * wire.
   */
  handler_failed: { fault: "remote", sentence: ({ name }) => `the other side's handler of ${name} failed` },
  /**
   * An acknowledgement's promise or callback, or the event `warning`. The other side's application said no:
   * `details.reason` is its word for programs, `details.data` its data.
   */
  rejected: { fault: "remote", sentence: ({ name, why }) => `event ${name} was refused: ${why ?? "no reason given"}` },
  /**
   * Where the arguments came from: thrown by `emit`, or as an acknowledgement's error or a `warning`. `details.data`
   * lists what is wrong, with the path of each.
   */
  invalid_arguments: {
    fault: "local",
    sentence: ({ name, why }) => `arguments of event ${name} are not what the contract says: ${why ?? "see the data"}`,
  },
  /** As `invalid_arguments`. Add the event to the contract, or correct its name. */
  unknown_event: { fault: "local", sentence: ({ name }) => `event ${name} is not in the contract` },
  /** The event `warning`, before the session is closed for it. Send less often. */
  rate_limited: { fault: "local", sentence: ({ why }) => `too much was sent: ${why ?? "a rate limit is near"}` },
  /** The event `warning`. Call `socket.authenticate()` with new credentials before the time is up. */
  authentication_expired: { fault: "local", sentence: () => "what was authenticated with has expired" },
  /**
   * Thrown by the loop over `socket.events()`. The loop is slower than what comes: do less in it, or raise
   * `maxWaiting`.
   */
  too_many_waiting: {
    fault: "local",
    sentence: ({ name, limit }) => `more than ${limit} events ${name} wait for their iterator`,
  },
  /**
   * The event `connect_error`. A middleware or `authenticate` did not let the socket in: `details.reason` and
   * `details.data` tell why. It does not try again by itself unless `details.retryAfterMs` says when.
   */
  refused: {
    fault: "remote",
    status: 403,
    sentence: ({ why }) => `connection was refused: ${why ?? "no reason given"}`,
  },
  /** The event `connect_error`. Give both ends the same `codec`. */
  codec_mismatch: { fault: "local", sentence: () => "both ends need the same codec; see the option codec" },
  /** The event `connect_error`. Call `of()` with that name at the server, or correct the path. */
  unknown_namespace: { fault: "local", sentence: ({ name }) => `namespace ${name} does not exist` },
  /**
   * The event `connect_error`, once in each round of dialling that got nowhere. Nothing to do: it goes on.
   * `socket.connection.attempts` tells what was tried.
   */
  unreachable: {
    fault: "network",
    sentence: ({ why }) => `server was not reached: ${why ?? "no transport got through"}`,
  },
  /** The event `connect_error`. A captive portal or a proxy answers: let the user sign in there. It goes on. */
  intercepted: {
    fault: "network",
    sentence: ({ why }) => `something else answers in the server's place: ${why ?? "no answer of ours"}`,
  },
  // What a peer sent.
  /** Nothing an application does: another program speaks, or a proxy changes what passes. */
  malformed_packet: { fault: "remote", status: 400, sentence: () => "not a packet" },
  /** Nothing an application does: another program speaks. */
  too_many_packets: {
    fault: "remote",
    status: 400,
    sentence: ({ limit }) => `more than ${limit} packets in a payload`,
  },
  /** Nothing an application does: another program speaks, or one of another version. */
  malformed_open: { fault: "remote", status: 400, sentence: ({ why }) => `not an open packet: ${why}` },
  /** Nothing an application does: another program speaks, or the ends have different codecs. */
  malformed_envelope: { fault: "remote", sentence: ({ why }) => `not an envelope: ${why}` },
} as const satisfies Record<string, ErrorKind>;
