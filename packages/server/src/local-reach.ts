// What a broadcast does on this server, whoever asked for it: this server's application, or another server.

import type { EmitOptions, Message } from "@wireway/protocol";
import type { Announcements } from "./announcements.ts";
import { type Audience, everybody, receivers } from "./audience.ts";
import type { BroadcastAnswers } from "./broadcast-answers.ts";
import type { Dialect } from "./dialect.ts";
import type { Members } from "./members.ts";
import { describeSocket, type SocketDescription } from "./remote-socket.ts";
import { hearsEventsOut } from "./taps.ts";

export interface LocalReach {
  /** In which messages for it are written. */
  readonly dialect: Dialect;
  /** @returns false when a receiver is behind. */
  emit(audience: Audience, message: Message, options: EmitOptions): boolean;
  /** The same; `answers` expects those who get it. */
  ask(audience: Audience, message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean;
  fetch(audience: Audience): SocketDescription[];
  join(audience: Audience, rooms: readonly string[]): void;
  leave(audience: Audience, rooms: readonly string[]): void;
  disconnect(audience: Audience, close: boolean): void;
}

/** The sockets of one namespace. */
export class MembersReach implements LocalReach {
  readonly #members: Members;
  readonly #announcements: Announcements;

  constructor(members: Members, announcements: Announcements) {
    this.#members = members;
    this.#announcements = announcements;
  }

  get dialect(): Dialect {
    return this.#members.dialect;
  }

  emit(audience: Audience, message: Message, options: EmitOptions): boolean {
    if (audience === everybody && this.#isPlain(options) && this.#announcements.fits(message)) {
      return this.#announcements.announce(this.#members, message);
    }
    let isBelow = true;
    for (const socket of receivers(this.#members, audience)) if (!socket.deliver(message, options)) isBelow = false;
    return isBelow;
  }

  /** Nobody may drop it, and nobody overhears it on its way to each. */
  #isPlain({ volatile, coalesce }: EmitOptions): boolean {
    return !volatile && coalesce === undefined && !this.#members.isOverheard && !hearsEventsOut();
  }

  ask(audience: Audience, message: Message, options: EmitOptions, answers: BroadcastAnswers): boolean {
    let isBelow = true;
    for (const socket of receivers(this.#members, audience)) {
      if (!socket.ask(message, options, answers)) isBelow = false;
    }
    return isBelow;
  }

  fetch(audience: Audience): SocketDescription[] {
    return [...receivers(this.#members, audience)].map(describeSocket);
  }

  join(audience: Audience, rooms: readonly string[]): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.join(rooms);
  }

  leave(audience: Audience, rooms: readonly string[]): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.leave(rooms);
  }

  disconnect(audience: Audience, close: boolean): void {
    for (const socket of [...receivers(this.#members, audience)]) socket.disconnect(close);
  }
}
