// The obstacles whose start must not be slower than the network, over networks that are slow: 50 and 300 ms one way.
// Only the start is looked at, and that a WebSocket still wins where one works.

import { changeWeather, clearWeather } from "@wireway/testkit";
import type { Row } from "../row.ts";
import { droppedRows, swallowedRow } from "./broken-web-socket.ts";
import { clearRow, refusedRows } from "./refused.ts";

const refusedRow = refusedRows[1] as Row;

export const delayedRows: readonly Row[] = [50, 300].flatMap((latencyMs) =>
  [clearRow, refusedRow, swallowedRow, ...droppedRows].map((row) => delayed(row, latencyMs)),
);

function delayed({ name, way, start, expect }: Row, latencyMs: number): Row {
  if (typeof way === "function" || start === undefined) throw new Error(`${name} cannot be delayed`);
  const { transport } = expect;
  return {
    name: `${name}, ${latencyMs} ms away`,
    way: changeWeather({ ...clearWeather, ...way }, { latencyMs }),
    start,
    expect: transport === undefined ? {} : { transport },
  };
}
