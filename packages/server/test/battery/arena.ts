// Where the battery is fired: a server with an application on it, and a bystander who exchanges messages while it is under
// fire. Whatever is sent, the bystander notices nothing, no error reaches the application, and no object is polluted.

import type { Server, ServerOptions, Socket } from "@wireway/server";
import { expect, onTestFinished } from "vitest";
import { event, RawClient } from "../raw-client.ts";
import { startServer, type TestServer } from "../test-server.ts";

export class Arena {
  readonly base: string;
  readonly port: number;
  readonly wireway: Server;
  /** What the server's `error` event told. */
  readonly errors: unknown[] = [];
  readonly #bystander: RawClient;
  #exchanged = 0;

  private constructor({ base, port, wireway }: TestServer, bystander: RawClient) {
    this.base = base;
    this.port = port;
    this.wireway = wireway;
    this.#bystander = bystander;
    wireway.on("error", (error) => void this.errors.push(error));
  }

  static async open(options: ServerOptions = {}): Promise<Arena> {
    const server = await startServer(options);
    server.wireway.on("connection", serve);
    const bystander = await RawClient.join(server.base, "websocket");
    onTestFinished(() => bystander.drop());
    return new Arena(server, bystander);
  }

  /** Fires. The bystander exchanges messages until it is over, and once more. @returns what the attack made of it. */
  async underFire<Result>(attack: () => Promise<Result>): Promise<Result> {
    let isOver = false;
    const fire = attack().finally(() => {
      isOver = true;
    });
    // A failure is told when it is waited for.
    fire.catch(() => undefined);
    while (!isOver) await this.#exchange();
    const result = await fire;
    await this.#exchange();
    expect(this.errors).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
    return result;
  }

  /** How often the bystander was answered. */
  get exchanged(): number {
    return this.#exchanged;
  }

  async #exchange(): Promise<void> {
    const number = ++this.#exchanged;
    const bystander = this.#bystander;
    await bystander.say({ type: "noop", data: String(bystander.received) }, event("echo", number));
    expect(await bystander.hearEvent()).toEqual(["echo", number]);
    // Other connections get their turn too.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** An application that trusts its clients with names, as few should. */
function serve(socket: Socket): void {
  socket.on("echo", (...values: unknown[]) => void socket.emit("echo", ...values));
  socket.on("answer", (...values: unknown[]) => values.slice(0, -1));
  socket.on("join", (room: string) => {
    socket.join(room);
    socket.emit("joined", socket.rooms.has(room), [...socket.rooms].length);
    socket.to(room).emit("news", room);
  });
}
