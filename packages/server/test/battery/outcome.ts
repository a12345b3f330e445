// What becomes of a session behind bad input.

import { closeCodes } from "@wireway/protocol";
import type { RawClient } from "../raw-client.ts";

/**
 * What the session does next: answers pings, or says that it is over. The second ping tells: the first may be read along
 * with what was sent, before anybody looked at that.
 */
export async function outcomeOf(client: RawClient): Promise<string> {
  for (let pongs = 0; pongs < 2; ) {
    const answer = await client.say({ type: "ping", data: String(client.received) }).catch(() => []);
    const heard = [...answer, await client.hearAny()];
    pongs += heard.filter(({ type }) => type === "pong").length;
    const close = heard.find(({ type }) => type === "close");
    if (!close) continue;
    const { code } = JSON.parse(close.data as string) as { code: number };
    return Object.entries(closeCodes).find(([, kind]) => kind.code === code)?.[0] ?? String(code);
  }
  return "lives";
}
