// How a client of Wireway speaks over HTTP: one POST at a time, each with the count of what was heard and the number of the
// first message in it.
// Source: docs/protocol.md, Road (Bodies) and ClientSession (POSTs).

import { RawHttp } from "../wire/raw-http.ts";
import { Confirmations } from "./confirmations.ts";
import { separator } from "./wireway-messages.ts";

/** What fits in a body. */
const body = { bytes: 65_536, messages: 4_096 } as const;

/** Messages of one body, as a part of its payload. */
export interface Bundle {
  readonly payload: string;
  readonly messages: number;
}

/** Divides messages among as few bodies as they may have. */
export function bundlesOf(messages: readonly (string | Buffer)[]): Bundle[] {
  const bundles: Bundle[] = [];
  let packets: string[] = [];
  let bytes = 0;
  for (const message of messages) {
    const packet = typeof message === "string" ? message : `b${message.toString("base64")}`;
    if (packets.length > 0 && (bytes + message.length > body.bytes || packets.length >= body.messages)) {
      bundles.push({ payload: packets.join(separator), messages: packets.length });
      packets = [];
      bytes = 0;
    }
    packets.push(packet);
    bytes += message.length;
  }
  bundles.push({ payload: packets.join(separator), messages: packets.length });
  return bundles;
}

export class WirewayPosts {
  readonly http: RawHttp;
  readonly confirmations: Confirmations;
  readonly #path: string;
  #token = "";
  #epoch = 0;
  /** Messages that the server has. */
  #acked = 0;
  #waiting: Bundle[] = [];
  #isBusy = true;
  #answer = "";

  constructor(port: number, transport: string, lost: (error: Error) => void) {
    this.#path = `/wireway/?v=1&transport=${transport}`;
    this.http = new RawHttp({ port, lost });
    this.confirmations = new Confirmations(() => this.confirm());
  }

  /** The dial was answered, with `sent` messages in it. */
  begin(open: { readonly token?: string; readonly epoch?: number }, sent: number): void {
    this.#token = open.token ?? "";
    this.#epoch = open.epoch ?? 0;
    this.#acked = sent;
    this.#isBusy = false;
  }

  /** The `open` that every body begins with. */
  open(): string {
    const { received } = this.confirmations;
    this.confirmations.told();
    return `0${JSON.stringify({ token: this.#token, received, epoch: this.#epoch, first: this.#acked + 1 })}`;
  }

  send(bundles: readonly Bundle[]): void {
    this.#waiting.push(...bundles);
    if (!this.#isBusy) this.#next();
  }

  /** Says what is no message, such as a pong. */
  say(packet: string): void {
    this.send([{ payload: packet, messages: 0 }]);
  }

  /** Tells what was heard, unless a body that is under way is followed by another one. */
  confirm(): void {
    if (!this.#isBusy) this.say(`6${this.confirmations.received}`);
  }

  #next(): void {
    const bundle = this.#waiting.shift();
    this.#isBusy = bundle !== undefined;
    if (!bundle) return;
    this.#answer = "";
    this.http.post(`${this.#path}&request=send`, this.open() + separator + bundle.payload, {
      part: (chunk, start, end) => {
        this.#answer += chunk.toString("latin1", start, end);
      },
      ended: () => this.#answered(bundle),
    });
  }

  #answered({ messages }: Bundle): void {
    const { received } = JSON.parse(this.#answer.slice(1)) as { received?: number };
    this.#acked += messages;
    if (received !== this.#acked) this.http.lose(new Error(`${this.#acked} messages were sent: ${this.#answer}`));
    else this.#next();
    if (this.confirmations.isDue) this.confirm();
  }
}
