// Calls between processes over Node's IPC: each end serves functions by name and calls those of the other.

export interface Channel {
  send?(message: unknown): unknown;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

export type Served = Readonly<Record<string, (argument: never) => unknown>>;

type Message =
  | { readonly call: number; readonly name: string; readonly argument: unknown }
  | { readonly answer: number; readonly result?: unknown; readonly error?: string };

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class RemoteCalls {
  readonly #channel: Channel;
  readonly #served: Served;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #over: Error | undefined;

  constructor(channel: Channel, served: Served) {
    this.#channel = channel;
    this.#served = served;
    channel.on("message", (message) => this.#received(message as Message));
  }

  call<Result>(name: string, argument?: unknown): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#over) {
        reject(this.#over);
        return;
      }
      const call = ++this.#calls;
      this.#pending.set(call, { resolve: resolve as (result: unknown) => void, reject });
      this.#channel.send?.({ call, name, argument } satisfies Message);
    });
  }

  /** The other process is gone: nothing is answered any more. */
  end(error: Error): void {
    this.#over ??= error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #received(message: Message): void {
    if ("call" in message) void this.#serve(message.call, message.name, message.argument);
    else if ("answer" in message) {
      const pending = this.#pending.get(message.answer);
      this.#pending.delete(message.answer);
      if (message.error === undefined) pending?.resolve(message.result);
      else pending?.reject(new Error(message.error));
    }
  }

  async #serve(call: number, name: string, argument: unknown): Promise<void> {
    try {
      const serve = this.#served[name];
      if (!serve) throw new Error(`nothing is served as ${name}`);
      const result = await serve(argument as never);
      this.#channel.send?.({ answer: call, result } satisfies Message);
    } catch (error) {
      this.#channel.send?.({ answer: call, error: String((error as Error).stack ?? error) } satisfies Message);
    }
  }
}
