// A client that reaches its server through Squid as a forward proxy, as networks of companies have it: a WebSocket needs a
// tunnel, everything else is asked for by its whole address.

import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { forwardedBy } from "../proxies/forwarding.ts";
import type { Configure, RealProxy } from "../proxies/proxy-process.ts";
import { squidCutsIdle, squidForward, squidTunnelsTlsOnly, startSquid } from "../proxies/squid.ts";
import { createStage, type Stage } from "./stage.ts";
import { countCuts, Talk } from "./talk.ts";

const talkMs = 5_000;
const quietMs = 7_000;
const idleRounds = 5;

describe.concurrent("through squid", () => {
  test.each([
    ["speaks over a WebSocket where tunnels are open", squidForward(), "websocket"],
    ["streams where only port 443 may be tunnelled to", squidForward(squidTunnelsTlsOnly()), "streaming"],
  ])("%s", { timeout: 30_000 }, async (_, config, transport) => {
    await through(config, async (stage, squid) => {
      const talk = new Talk(stage, addressOf(stage), forwardedBy(squid));
      await talk.speak(talkMs);
      expect(talk.socket.connection?.transport, squid.errors()).toBe(transport);
      await talk.expectAllOnceInOrder(squid);
    });
  });

  test.each([
    ["a tunnel", squidForward(squidCutsIdle(5))],
    ["a stream", squidForward(squidTunnelsTlsOnly(), squidCutsIdle(5))],
  ])("keeps %s that is cut when it is idle", { timeout: 90_000 }, async (_, config) => {
    await through(config, async (stage, squid) => {
      const cuts = countCuts(stage);
      const talk = new Talk(stage, addressOf(stage), forwardedBy(squid));
      const seen: number[] = [];
      for (let round = 0; round < idleRounds; round++) {
        await talk.speak(1_000);
        await new Promise((resolve) => setTimeout(resolve, quietMs));
        seen.push(cuts());
      }
      await talk.expectAllOnceInOrder(squid);
      console.log(`cuts after each quiet time ${seen.join(", ")}`);
      expect(seen.at(-1)).toBeGreaterThan(0);
      expect(seen.at(-1), squid.errors()).toBeLessThanOrEqual(3);
    });
  });
});

function addressOf({ http }: Stage): string {
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

async function through(config: Configure, run: (stage: Stage, squid: RealProxy) => Promise<void>): Promise<void> {
  const stage = await createStage();
  const squid = await startSquid("", config);
  try {
    await run(stage, squid);
  } finally {
    await stage.close();
    await squid.close();
  }
}
