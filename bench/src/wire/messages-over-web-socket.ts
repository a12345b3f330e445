// A client of a system that says each message in a frame of its own: connects, waits until the system calls the connection
// open, and counts the messages in what comes.

import type { Peer, Target } from "../systems/system.ts";
import { maskedFrame, opcodes } from "./masked-frame.ts";
import { RawWebSocket } from "./raw-web-socket.ts";

export interface Speech {
  readonly path: string;
  /** The frames of one round. */
  readonly round: readonly Buffer[];
  /** They leave in one write. */
  readonly gathered: boolean | undefined;
  /** What a frame is, by its opcode and the first bytes of its text (at most 16). */
  readonly meaning: (opcode: number, start: string) => Meaning;
}

/** `open`: the server has taken the client. `{ say }`: it waits for an answer. */
export type Meaning = "message" | "open" | "nothing" | { readonly say: string };

const startBytes = 16;

export function speak(speech: Speech, { port, eager, heard, lost }: Target): Promise<Peer> {
  const { path, gathered, meaning } = speech;
  const round = gathered ? [Buffer.concat(speech.round)] : speech.round;
  return new Promise((resolve, reject) => {
    let messages = 0;
    let opcode = 0;
    let start = "";
    const peer: Peer = {
      emit: () => webSocket.writeEach(round),
      bytes: () => webSocket.bytes(),
      close: () => webSocket.close(),
    };
    const webSocket = new RawWebSocket({
      port,
      path,
      sink: {
        began(of) {
          opcode = of;
          start = "";
        },
        part(chunk, from, end) {
          if (opcode === opcodes.binary || start.length >= startBytes) return;
          start += chunk.toString("latin1", from, Math.min(end, from + startBytes - start.length));
        },
        ended() {
          const what = meaning(opcode, start);
          if (what === "message") messages++;
          else if (what === "open") begin();
          else if (what !== "nothing") webSocket.write(maskedFrame(opcodes.text, what.say));
        },
      },
      rested() {
        const count = messages;
        messages = 0;
        if (count > 0) heard(count);
      },
      lost: (error) => {
        reject(error);
        lost(error);
      },
      opened: () => {
        if (meaning(opcodes.text, "") === "open") begin();
      },
    });
    const begin = (): void => {
      if (eager) peer.emit();
      resolve(peer);
    };
  });
}
