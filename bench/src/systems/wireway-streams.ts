// Wireway over streaming and over sse: a response that stays open for the server's side, and POSTs for the client's.
// Source: docs/protocol.md, RecordStream, EventStream and Transport (Streaming, SSE).

import type { Task } from "../task.ts";
import { RawHttp } from "../wire/raw-http.ts";
import { EventReader } from "./event-reader.ts";
import { PacketReader } from "./packet-reader.ts";
import { RecordReader } from "./record-reader.ts";
import type { Peer, System, Target } from "./system.ts";
import { dial } from "./wireway-dial.ts";
import { roundOf } from "./wireway-messages.ts";
import { type Bundle, bundlesOf, WirewayPosts } from "./wireway-posts.ts";

type Kind = "streaming" | "sse";

export const wirewayStreaming: System = system("streaming");
export const wirewaySse: System = system("sse");

function system(kind: Kind): System {
  return {
    name: `wireway-${kind}`,
    serve: async (task) => (await import("./wireway-server.ts")).serveWireway(task),
    client(task: Task) {
      const round = bundlesOf(roundOf(task));
      return { connect: (target) => connectPeer(kind, target, round) };
    },
  };
}

function connectPeer(kind: Kind, { port, eager, heard, lost }: Target, round: readonly Bundle[]): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      lost(error);
    };
    const stream = new RawHttp({ port, lost: fail });
    const posts = new WirewayPosts(port, kind, fail);
    const first = dial(eager ? round[0] : undefined);
    const { confirmations } = posts;
    let messages = 0;
    let isOpen = false;
    const packets = new PacketReader({
      opened(open) {
        if (open.refusal !== undefined) stream.lose(new Error(`refused: ${open.refusal}`));
        if (isOpen || open.epoch === undefined) return;
        isOpen = true;
        posts.begin(open, first.messages);
        posts.say(`2${confirmations.received}`);
      },
      message(bytes, messageKind) {
        confirmations.take(bytes);
        if (messageKind === "event" || messageKind === "ack") messages++;
        else if (messageKind === "other") stream.lose(new Error("the server refused something"));
      },
      pinged: () => posts.say(`3${confirmations.received}`),
      ponged: () => resolve(peer),
    });
    const peer: Peer = {
      emit: () => posts.send(round),
      bytes() {
        const [down, up] = [stream.bytes(), posts.http.bytes()];
        return { read: down.read + up.read, written: down.written + up.written };
      },
      close() {
        stream.close();
        posts.http.close();
      },
    };
    const reader = kind === "sse" ? new EventReader(packets) : new RecordReader(packets);
    const sink = {
      part: (chunk: Buffer, start: number, end: number): void => reader.part(chunk, start, end),
      ended: () => stream.lose(new Error("the stream ended")),
      rested(): void {
        if (confirmations.isDue) posts.confirm();
        const count = messages;
        messages = 0;
        if (count > 0) heard(count);
      },
    };
    const path = `/wireway/?v=1&transport=${kind}`;
    if (kind === "streaming") stream.post(path, first.body, sink);
    else buyTicket(posts.http, path, first.body, (ticket) => stream.get(`${path}&ticket=${ticket}`, sink));
  });
}

function buyTicket(http: RawHttp, path: string, body: string, sold: (ticket: string) => void): void {
  let answer = "";
  http.post(`${path}&request=ticket`, body, {
    part: (chunk, start, end) => {
      answer += chunk.toString("latin1", start, end);
    },
    ended: () => sold((JSON.parse(answer) as { ticket: string }).ticket),
  });
}
