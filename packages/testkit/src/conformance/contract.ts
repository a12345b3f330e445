// Watches one connection for breaches of the transport contract, from both sides: what the driver asks of the transport,
// and what the transport reports. Put between the two, it changes nothing and writes down every breach.
// Source: the contract in @wireway/protocol, transport.ts.

import type { Connection, ConnectionListener, Request } from "@wireway/protocol";

/** Opens a connection that reports to the listener. */
export type Dial = (listener: ConnectionListener) => Connection;

/** A dial whose connections are watched; `breaches` grows with each breach. */
export function watched(dial: Dial, breaches: string[]): Dial {
  return (listener) => {
    let inside = "dial";
    let reporting = false;
    let over = false;
    const pending = new Set<Request>();

    const report = (name: string, run: () => void): void => {
      if (inside !== "") breaches.push(`${name} was called from inside ${inside}`);
      if (reporting) breaches.push(`${name} overlaps another report`);
      if (over) breaches.push(`${name} came after closed`);
      reporting = true;
      try {
        run();
      } finally {
        reporting = false;
      }
    };
    const call = <T>(name: string, run: () => T): T => {
      inside = name;
      try {
        return run();
      } catch (error) {
        breaches.push(`${name} threw ${String(error)}`);
        throw error;
      } finally {
        inside = "";
      }
    };

    const connection = call("dial", () =>
      dial({
        received: (packets) => report("received", () => listener.received(packets)),
        settled: (request, answer) =>
          report("settled", () => {
            if (!pending.delete(request)) breaches.push(`${request} was settled without being under way`);
            listener.settled(request, answer);
          }),
        closed: (cause) =>
          report("closed", () => {
            over = true;
            listener.closed(cause);
          }),
      }),
    );
    const exchange = (request: Request): void => {
      if (pending.has(request)) breaches.push(`${request} was started before the last one was settled`);
      if (connection.lane === "exchange") pending.add(request);
    };
    return {
      transport: connection.transport,
      lane: connection.lane,
      polls: connection.polls,
      get bytesReceived() {
        return connection.bytesReceived ?? 0;
      },
      send: (packets, timeoutMs) => {
        exchange("send");
        call("send", () => connection.send(packets, timeoutMs));
      },
      poll: (packets, timeoutMs) => {
        exchange("poll");
        call("poll", () => connection.poll(packets, timeoutMs));
      },
      close: (reason) => call("close", () => connection.close(reason)),
    };
  };
}
