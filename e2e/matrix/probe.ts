// What a round trip costs while others talk: a bare WebSocket is opened and answered again and again, through the proxy and
// with nothing in the way. The network is this machine's own, so that the time is that of a machine with other things to do.

import { startEchoServer } from "./echo-server.ts";
import type { ClientEnd } from "./ends.ts";
import { openBareWay } from "./way.ts";

const everyMs = 1_000;

/** Measures until `over` settles. @returns the times that had an answer. */
export async function probeRoundTrips(
  client: Pick<ClientEnd, "bare">,
  host: string | undefined,
  over: Promise<unknown>,
): Promise<readonly number[]> {
  const echo = await startEchoServer();
  const way = await openBareWay({ way: {} }, { target: echo.target, ...(host !== undefined && { host }) }, false);
  const times: number[] = [];
  let isOver = false;
  const end = over.then(
    () => undefined,
    () => undefined,
  );
  void end.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const { ms } = await client.bare(way.url);
    if (ms !== null) times.push(ms);
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, everyMs))]);
  }
  await way.close();
  await echo.close();
  return times;
}
