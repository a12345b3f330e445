// The least that long polling costs in Node: a bare `node:http` server that holds one request of each client and answers it
// with what there is to say. Nothing is resumed, confirmed or checked.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { bytesOf, type Task, textOf } from "../task.ts";
import { RawHttp } from "../wire/raw-http.ts";
import { listeningPort } from "./listening-port.ts";
import type { Peer, ServerSide, System, Target } from "./system.ts";

/** As much as a poll has to say elsewhere: who asks, and what has arrived. */
const cursor = "x".repeat(96);
const separator = "\x1e";
const separatorByte = 0x1e;

export const nodeHttp: System = {
  name: "node:http",
  async serve(task: Task): Promise<ServerSide> {
    const clients = new Map<string, Client>();
    const data = textOf(task);
    const application = applications[task.role](task, data);
    const server = createServer((request, response) => {
      const [, route = "", id = ""] = request.url?.split("/") ?? [];
      const client = clients.get(id) ?? new Client();
      clients.set(id, client);
      if (route === "poll") read(request, () => client.hold(response));
      else if (route === "hello") response.end("ok");
      else {
        read(request, (body) => {
          application(client, body);
          response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": 2 });
          response.end("ok");
        });
      }
    });
    server.listen(0, "127.0.0.1", 4_096);
    return {
      port: await listeningPort(server),
      tick(): void {
        const events = Array.from({ length: task.together }, () => data).join(separator);
        for (const client of clients.values()) client.push(events);
      },
    };
  },
  client(task: Task) {
    const data = bytesOf(task).toString("latin1");
    const round = task.role === "burst" ? "burst" : Array.from({ length: task.together }, () => data).join(separator);
    return { connect: (target) => connectPeer(target, round) };
  },
};

class Client {
  #held: ServerResponse | undefined;
  #waiting = "";

  hold(response: ServerResponse): void {
    this.#held = response;
    if (this.#waiting !== "") this.push("");
  }

  push(events: string): void {
    this.#waiting += this.#waiting === "" || events === "" ? events : separator + events;
    if (!this.#held) return;
    const body = this.#waiting;
    this.#waiting = "";
    this.#held.writeHead(200, { "Content-Type": "text/plain", "Content-Length": Buffer.byteLength(body) });
    this.#held.end(body);
    this.#held = undefined;
  }
}

function read(request: IncomingMessage, use: (body: string) => void): void {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => use(body));
}

const applications: Record<Task["role"], (task: Task, data: string) => (client: Client, body: string) => void> = {
  echo: () => (client, body) => client.push(body),
  count: (_task, data) => (client) => client.push(data),
  burst:
    ({ together }, data) =>
    (client) => {
      for (let event = 0; event < together; event++) client.push(data);
    },
  broadcast: () => () => {},
  rooms: () => () => {},
  churn: () => () => {},
};

let lastId = 0;

function connectPeer({ port, eager, heard, lost }: Target, round: string): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      lost(error);
    };
    const id = ++lastId;
    const polls = new RawHttp({ port, lost: fail });
    const posts = new RawHttp({ port, lost: fail });
    let events = 0;
    let isBusy = false;
    let isWanted = false;
    const emit = (): void => {
      isWanted = isBusy;
      if (isBusy) return;
      isBusy = true;
      posts.post(`/send/${id}`, round, {
        part: () => {},
        ended() {
          isBusy = false;
          if (isWanted) emit();
        },
      });
    };
    const poll = (): void => polls.post(`/poll/${id}`, cursor, answers);
    const answers = {
      part(chunk: Buffer, start: number, end: number): void {
        for (
          let at = chunk.indexOf(separatorByte, start);
          at >= 0 && at < end;
          at = chunk.indexOf(separatorByte, at + 1)
        ) {
          events++;
        }
      },
      ended(): void {
        const count = events + 1;
        events = 0;
        poll();
        heard(count);
      },
    };
    const peer: Peer = {
      emit,
      bytes() {
        const [down, up] = [polls.bytes(), posts.bytes()];
        return { read: down.read + up.read, written: down.written + up.written };
      },
      close() {
        polls.close();
        posts.close();
      },
    };
    const begin = (): void => {
      poll();
      if (eager) emit();
      resolve(peer);
    };
    // An exchange shows that the server is there, as the dial of others does.
    polls.get(`/hello/${id}`, { part: () => {}, ended: begin });
  });
}
