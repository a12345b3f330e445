// Wireway over long polling: one connection for polls, one for what the client says, as browsers have them.
// Source: docs/protocol.md, ServerSession (Polling).

import type { Task } from "../task.ts";
import { RawHttp } from "../wire/raw-http.ts";
import { PacketReader } from "./packet-reader.ts";
import type { Peer, System, Target } from "./system.ts";
import { dial } from "./wireway-dial.ts";
import { roundOf } from "./wireway-messages.ts";
import { type Bundle, bundlesOf, WirewayPosts } from "./wireway-posts.ts";

const path = "/wireway/?v=1&transport=polling";

export const wirewayPolling: System = {
  name: "wireway-polling",
  serve: async (task) => (await import("./wireway-server.ts")).serveWireway(task),
  client(task: Task) {
    const round = bundlesOf(roundOf(task));
    return { connect: (target) => connectPeer(target, round) };
  },
};

function connectPeer({ port, eager, heard, lost }: Target, round: readonly Bundle[]): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      lost(error);
    };
    const polls = new RawHttp({ port, lost: fail });
    const posts = new WirewayPosts(port, "polling", fail);
    const first = dial(eager ? round[0] : undefined);
    let messages = 0;
    let polled = 0;
    const packets = new PacketReader({
      opened(open) {
        if (open.refusal !== undefined || open.gone) polls.lose(new Error(`refused: ${JSON.stringify(open)}`));
        else if (polled === 0) posts.begin(open, first.messages);
      },
      message(bytes, kind) {
        posts.confirmations.take(bytes);
        if (kind === "event" || kind === "ack") messages++;
        else if (kind === "other") polls.lose(new Error("the server refused something"));
      },
      pinged: () => posts.say(`3${posts.confirmations.received}`),
      ponged: () => {},
    });
    const peer: Peer = {
      emit: () => posts.send(round),
      bytes() {
        const [down, up] = [polls.bytes(), posts.http.bytes()];
        return { read: down.read + up.read, written: down.written + up.written };
      },
      close() {
        polls.close();
        posts.http.close();
      },
    };
    const answers = {
      part: (chunk: Buffer, start: number, end: number): void => packets.text(chunk, start, end),
      ended(): void {
        packets.end();
        polled++;
        polls.post(`${path}&request=poll`, posts.open(), answers);
        // The first poll is answered at once, and proves that polls get through.
        if (polled === 2) resolve(peer);
        const count = messages;
        messages = 0;
        if (count > 0) heard(count);
      },
    };
    polls.post(path, first.body, answers);
  });
}
