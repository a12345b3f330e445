// The two ends' shared rules: packets, framings, envelopes, sessions and what drives them. No I/O.

export {
  type AckLimits,
  Acknowledgements,
  checkEvent,
  once,
  reservedEvents,
  type Settle,
} from "./acknowledgements.ts";
export { announce } from "./announce.ts";
export { isBehind } from "./behind.ts";
export { ClientSession, type ClientSessionOptions } from "./client-session.ts";
export type { Clock, Timer } from "./clock.ts";
export {
  type CloseReason,
  closeCode,
  closeReason,
  closeSentence,
  type Ending,
  ending,
  type NextStep,
  nextStep,
} from "./close-codes.ts";
export { closeCodes } from "./close-table.ts";
export { decodePacket, encodePacket } from "./codec.ts";
export {
  type Complaint,
  checkComplaint,
  complaintError,
  failureComplaint,
  type RefusalData,
  refusalData,
  refusalDetails,
} from "./complaint.ts";
export type { Contract, EventContract, EventsOf, HandledEventsOf, Schema } from "./contract.ts";
export { ContractCheck, type ContractIssue } from "./contract-check.ts";
export { Driver, type DriverListener } from "./driver.ts";
export {
  type AckEnvelope,
  type AuthenticateEnvelope,
  type ConnectEnvelope,
  type ConnectErrorEnvelope,
  checkNamespace,
  type DisconnectEnvelope,
  decodeEnvelope,
  type Envelope,
  type EnvelopeType,
  type ErrorEnvelope,
  type EventEnvelope,
  encodeEnvelope,
  envelopeOf,
} from "./envelope.ts";
export { type EnvelopeCodec, foreignByte, jsonCodec } from "./envelope-codec.ts";
export type { ErrorDetails, Fault } from "./error-kind.ts";
export { errors } from "./error-table.ts";
export { type ErrorCode, WirewayError } from "./errors.ts";
export { EventIterator, type EventsOptions } from "./event-iterator.ts";
export type {
  Answer,
  DisconnectDetails,
  EmitArgs,
  EmitOptions,
  EventMap,
  Events,
  PlainArgs,
  TimedArgs,
  UnconfirmedEvent,
} from "./event-map.ts";
export { type Exchanges, exchanges } from "./exchanges.ts";
export { farewell } from "./farewell.ts";
export { Few } from "./few.ts";
export { EventStreamDecoder, encodeEvent } from "./framing/event-stream.ts";
export { decodePayload, encodePayload, maxPayloadPackets, payloadParts, payloadSeparator } from "./framing/payload.ts";
export { encodeRecords, RecordDecoder } from "./framing/record-stream.ts";
export { Holdback } from "./holdback.ts";
export { parsePlain } from "./json.ts";
export { Ledger } from "./ledger.ts";
export { isPromise, type Listener, Listeners, type ListenOptions, type Outcome } from "./listeners.ts";
export {
  type ClientOpen,
  closePacket,
  openPacket,
  type Redirect,
  readClientOpen,
  readServerOpen,
  type ServerOpen,
} from "./open.ts";
export { Outbox } from "./outbox.ts";
export {
  type ControlPacket,
  createMessage,
  type Message,
  type MessageData,
  type MessagePacket,
  messageOverheadBytes,
  type Packet,
  type PacketType,
  sizeOf,
  utf8Length,
} from "./packet.ts";
export { type LearntLimits, PathLimits } from "./path-limits.ts";
export { Refusal, type RefusalOptions } from "./refusal.ts";
export { type Accepted, type Answered, Registry, type RegistryOptions } from "./registry.ts";
export { type RequestErrorCode, requestErrors } from "./request-errors.ts";
export { Road } from "./road.ts";
export { ServerSession, type ServerSessionOptions } from "./server-session.ts";
export type { Session, SessionSink, SessionState } from "./session.ts";
export { checkTerms, defaultTerms, type Terms } from "./terms.ts";
export { TimerWheel } from "./timer-wheel.ts";
export type { CloseCause, Connection, ConnectionListener, Lane, Request } from "./transport.ts";
/** The version that the query `v` names. */
export { protocolVersion } from "./version.ts";
