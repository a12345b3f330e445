// What the page and the server say to each other: the two numbered streams that are counted, and what rides on them.
// The drawing rides on the numbered messages on purpose: one that is lost would leave a gap in a line.

/** What a pen does at a spot: it only moves, leaves a trail that fades, or draws a line that stays. */
export type Pen = 0 | 1 | 2;

/** A place on the board: whole numbers from 0 to `boardEdge`, left to right and top to bottom. */
export type Spot = readonly [x: number, y: number, pen: Pen];

export const boardEdge = 10_000;

/** Most spots that one message may hold. */
export const maxSpots = 40;

/** Pause between two numbered messages in one direction, in milliseconds. */
export const beatMs = 100;

/** What came of one direction of one session. */
export interface Report {
  readonly received: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** What one pen did since the last message. */
export type Frame = readonly [personId: string, spots: readonly Spot[]];

export interface Person {
  readonly id: string;
  readonly name: string;
  /** Which colour; counted on when there are more people than colours. */
  readonly tint: number;
  /** Undefined while the session has no connection. */
  readonly transport?: string;
  readonly roundTripMs?: number;
}

export interface Stroke {
  readonly tint: number;
  /** x, y, x, y, … */
  readonly points: number[];
}

export interface ChatLine {
  /** Chosen by the writer, so that a line sent again is the same line. */
  readonly id: string;
  readonly name: string;
  readonly tint: number;
  readonly text: string;
}

/** What a newcomer has to know. */
export interface Welcome {
  /** Names this life of the server's process. */
  readonly life: string;
  readonly strokes: readonly Stroke[];
  readonly chat: readonly ChatLine[];
}

/** What the weather is, and what somebody just did about it. */
export interface WeatherNews {
  readonly active: readonly string[];
  /** Of those that end by themselves: how long each still lasts, in milliseconds. */
  readonly leftMs: Readonly<Record<string, number>>;
  /** Grows with every change. */
  readonly version: number;
  /** What happened last, in plain words. */
  readonly words?: string;
  /** What struck, when the news is about that. */
  readonly struck?: string;
  /** Who did it. */
  readonly by?: string;
}

export interface ClientToServer {
  /** Message `n` of the session in this direction; `confirmed` is how many came the other way. */
  up(n: number, confirmed: number, spots: readonly Spot[]): void;
  /** Once a second, for the round trip; tells the last one. */
  probe(roundTripMs: number | null): true;
  chat(id: string, text: string): void;
  wipe(): void;
}

export interface ServerToClient {
  welcome(welcome: Welcome): void;
  /** Message `n` of the session in this direction; `waiting` is how many the page had not confirmed when it was sent. */
  down(n: number, waiting: number, report: Report, frames: readonly Frame[]): void;
  people(people: readonly Person[]): void;
  chat(line: ChatLine): void;
  wiped(by: string): void;
  weather(news: WeatherNews): void;
}
