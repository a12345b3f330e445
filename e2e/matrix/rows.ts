// All rows of the matrix, in the order of the table in docs/guide/transports.md.

import type { Row } from "./row.ts";
import { brokenWebSocketRows } from "./rows/broken-web-socket.ts";
import { cutRows } from "./rows/cut.ts";
import { delayedRows } from "./rows/delayed.ts";
import { idleRows } from "./rows/idle.ts";
import { lossyRows } from "./rows/lossy.ts";
import { passingRows } from "./rows/passing.ts";
import { refusedRows } from "./rows/refused.ts";

export const rows: readonly Row[] = [
  ...refusedRows,
  ...brokenWebSocketRows,
  ...lossyRows,
  ...idleRows,
  ...cutRows,
  ...passingRows,
  ...delayedRows,
];
