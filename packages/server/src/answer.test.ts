import { WirewayError } from "@wireway/protocol";
import { expect, it } from "vitest";
import { errorParts } from "./answer.ts";
import { RequestError } from "./request-error.ts";

function retryAfters(error: WirewayError): { least: number; most: number; count: number } {
  const seconds = Array.from({ length: 500 }, () => Number(errorParts(error).extra["Retry-After"]));
  return { least: Math.min(...seconds), most: Math.max(...seconds), count: new Set(seconds).size };
}

it.each([
  [new RequestError("too_many_handshakes", { limit: 1 }), 1, 5],
  [new RequestError("too_many_sessions", { limit: 1 }), 5, 15],
  [new RequestError("server_closed"), 1, 3],
  [new RequestError("server_closed", {}, 60_000), 61, 63],
  [new RequestError("server_closed", {}, 59_001), 61, 63],
])("asks those that it refuses together to come back apart: %s", (error, least, most) => {
  expect(retryAfters(error)).toEqual({ least, most, count: most - least + 1 });
});

it("asks nobody to come back who did something wrong", () => {
  for (const error of [new RequestError("unknown_ticket"), new WirewayError("malformed_packet"), new Error("ours")]) {
    expect(errorParts(error).extra).toEqual({});
  }
});
