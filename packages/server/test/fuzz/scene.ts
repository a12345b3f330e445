// A server of this process that is fuzzed, the application on it, and a bystander who is to be answered all the time.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type ServerOptions, WirewayError } from "@wireway/server";
import { event, RawClient } from "../raw-client.ts";

export class Scene {
  readonly port: number;
  readonly bystander: Bystander;
  /** What the application was told and is nobody's fault here. */
  readonly failures: unknown[] = [];
  readonly #wireway: Server;

  private constructor(wireway: Server, port: number, bystander: Bystander) {
    this.#wireway = wireway;
    this.port = port;
    this.bystander = bystander;
    wireway.on("error", (error) => {
      // The application says what it was told to say, and that may be too deep or too large to be said.
      if (!(error instanceof WirewayError && error.fault === "local")) this.failures.push(error);
    });
  }

  static async open(options: ServerOptions): Promise<Scene> {
    const wireway = new Server(options);
    const server = await wireway.listen(0, "127.0.0.1");
    const { port } = server.address() as AddressInfo;
    wireway.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
      response.setHeader("X-Frame-Options", "DENY");
      setImmediate(next);
    });
    wireway.of("/other").on("connection", () => undefined);
    wireway.on("connection", (socket) => {
      socket.on("echo", (...values: unknown[]) => {
        socket.emit("echo", ...values.filter((one) => typeof one !== "function"));
      });
      socket.on("answer", (...values: unknown[]) => values.slice(0, -1));
      socket.on("join", (room: unknown) => socket.join(JSON.stringify(room)));
    });
    return new Scene(
      wireway,
      port,
      new Bystander(await RawClient.join(`http://127.0.0.1:${port}/wireway/`, "websocket")),
    );
  }

  /** When nobody but the bystander is left, and the timers of the others have come round. */
  async settled(): Promise<void> {
    const others = (): number => this.#wireway.sockets.size - 1;
    const untilMs = performance.now() + 20_000;
    while (others() > 0 && performance.now() < untilMs) await pause(100);
    if (others() > 0) throw new Error(`${others()} sockets were left`);
    // A timer of an ended session is let go when the wheel has come round, which takes longer than any time limit here.
    await pause(3_000);
  }

  async close(): Promise<void> {
    this.bystander.leave();
    await this.#wireway.close({ timeoutMs: 0 });
  }
}

class Bystander {
  exchanged = 0;
  longestWaitMs = 0;
  /** Why it was not answered. */
  failure: unknown;
  /** Until it leaves. Rejects when an answer is not the one to what was said. */
  readonly exchanging: Promise<void>;
  readonly #client: RawClient;
  #stays = true;

  constructor(client: RawClient) {
    this.#client = client;
    this.exchanging = this.#exchange();
    this.exchanging.catch((error: unknown) => {
      this.failure = error;
    });
  }

  leave(): void {
    this.#stays = false;
  }

  async #exchange(): Promise<void> {
    const client = this.#client;
    while (this.#stays) {
      const number = this.exchanged + 1;
      const askedMs = performance.now();
      await client.say({ type: "noop", data: String(client.received) }, event("echo", number));
      const [, answer] = await client.hearEvent();
      if (answer !== number) throw new Error(`the bystander said ${number} and heard ${String(answer)}`);
      this.exchanged = number;
      this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - askedMs);
      await pause(15);
    }
    client.drop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
