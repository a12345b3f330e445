// Real proxies in front of a page's own server, as rows for browsers. Node's tests put them through more: bursts, the
// proxies' own complaints, and cuts of what is idle, counted at the server.

import { cuttingRows, proxyRows } from "../proxies/rows.ts";
import type { Row } from "./row.ts";

const forMs = 10_000;

export const realProxyRows: readonly Row[] = [...proxyRows, ...cuttingRows]
  .filter(({ forwards = false }) => !forwards)
  .map(({ name, way, start, traffic, expect, cutEveryMs }) => ({
    name,
    way,
    start,
    traffic: { ...traffic, forMs, ...(cutEveryMs !== undefined && { cutEveryMs }) },
    expect,
  }));
