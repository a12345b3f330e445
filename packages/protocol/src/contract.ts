// Contracts: what the arguments and acknowledgements of events have to be, said by schemas of whatever library speaks
// Standard Schema, and the types that follow from them. Types alone; the checking is contract-check's.
// Source: https://standardschema.dev

import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A schema of any library that speaks Standard Schema: zod, valibot, arktype and others. */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** One schema: the event has exactly one argument. A list: so many arguments. With `ack`: the answer is checked too. */
export type EventContract =
  | Schema
  | readonly Schema[]
  | { readonly args: Schema | readonly Schema[]; readonly ack?: Schema };

/** By the events' names. What is not listed is refused. */
export type Contract = Readonly<Record<string, EventContract>>;

/** The events as their sender sees them: what schemas take, and the answers that they give. */
export type EventsOf<C> = {
  [Name in keyof C]: (...args: Inputs<ArgsOf<C[Name]>>) => C[Name] extends WithAck<infer Ack> ? Output<Ack> : void;
};

/** The events as their handler sees them: what schemas give, and the answers that they take. */
export type HandledEventsOf<C> = {
  [Name in keyof C]: (
    ...args: Outputs<ArgsOf<C[Name]>>
  ) => C[Name] extends WithAck<infer Ack> ? Input<Ack> | Promise<Input<Ack>> : unknown;
};

type WithAck<Ack extends Schema> = { readonly args: Schema | readonly Schema[]; readonly ack: Ack };
type ArgsOf<E> = E extends Schema
  ? readonly [E]
  : E extends readonly Schema[]
    ? E
    : E extends { readonly args: infer Args }
      ? Args extends Schema
        ? readonly [Args]
        : Args
      : never;
type Inputs<Args> = { -readonly [Index in keyof Args]: Input<Args[Index]> } extends infer List extends unknown[]
  ? List
  : never;
type Outputs<Args> = { -readonly [Index in keyof Args]: Output<Args[Index]> } extends infer List extends unknown[]
  ? List
  : never;
type Input<S> = S extends Schema ? StandardSchemaV1.InferInput<S> : never;
type Output<S> = S extends Schema ? StandardSchemaV1.InferOutput<S> : never;
