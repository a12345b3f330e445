import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { readFrames } from "./frame-reader.ts";

/** What a client sends, as RFC 6455 section 5.2 has it. */
function masked(first: number, payload: string | Uint8Array, mask = [0x37, 0xfa, 0x21, 0x9d]): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  const header =
    length < 126
      ? Buffer.from([first, 0x80 | length])
      : length < 65_536
        ? Buffer.from([first, 0xfe, length >> 8, length & 255])
        : Buffer.from([first, 0xff, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255]);
  return Buffer.concat([header, Buffer.from(mask), bytes.map((byte, index) => byte ^ (mask[index & 3] as number))]);
}

type Heard = [by: "reader" | "receiver", data: string | Buffer];

/** A server's WebSocket that reads these chunks. */
async function reading(
  chunks: readonly Buffer[],
  maxPayloadBytes = 1_000_000,
): Promise<{ heard: Heard[]; errors: string[] }> {
  const heard: Heard[] = [];
  const errors: string[] = [];
  // As its server makes one.
  const webSocket = Reflect.construct(WebSocket, [null, undefined, { autoPong: false }]) as WebSocket & {
    setSocket(socket: PassThrough, head: Buffer, options: { readonly maxPayload: number }): void;
  };
  const socket = new PassThrough();
  webSocket.setSocket(socket, Buffer.alloc(0), { maxPayload: maxPayloadBytes });
  webSocket.on("message", (data: Buffer, isBinary) => heard.push(["receiver", isBinary ? data : data.toString()]));
  webSocket.on("ping", (data) => heard.push(["receiver", `ping ${data.toString()}`]));
  webSocket.on("error", (error: Error & { code?: string }) => errors.push(error.code ?? ""));
  const isReading = readFrames(webSocket, maxPayloadBytes, {
    text: (text, bytes) => {
      expect(bytes).toBe(Buffer.byteLength(text));
      heard.push(["reader", text]);
    },
    binary: (data) => heard.push(["reader", Buffer.from(data)]),
  });
  expect(isReading).toBe(true);
  // As a socket hands them over: each chunk its own.
  for (const chunk of chunks) socket.emit("data", Buffer.from(chunk));
  // Errors of streams come late.
  await new Promise((resolve) => setImmediate(resolve));
  webSocket.terminate();
  return { heard, errors };
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

const lengths = [0, 1, 2, 3, 125, 126, 127, 128, 129, 130, 131, 5_000, 65_535, 65_536, 70_001];

describe("ordinary frames", () => {
  it.each(lengths)("of %i characters are read, whatever stands before them in the chunk", async (length) => {
    for (const character of ["a", "é", "\u{1f600}"]) {
      const text = character.repeat(length);
      for (const front of ["", "x", "xx", "xxx"]) {
        const { heard } = await reading([
          Buffer.concat([masked(0x81, front), masked(0x81, text), masked(0x81, "behind")]),
        ]);
        expect(heard.length).toBe(3);
        expect(heard[1]?.[0]).toBe("reader");
        expect(heard[1]?.[1] === text).toBe(true);
        expect(heard[2]).toEqual(["reader", "behind"]);
      }
    }
  });

  it.each(lengths)("of %i bytes are read", async (length) => {
    const bytes = Buffer.from(Uint8Array.from({ length }, (_, index) => index * 7));
    const { heard } = await reading([masked(0x82, bytes)]);
    expect(heard[0]?.[0]).toBe("reader");
    expect(Buffer.compare(heard[0]?.[1] as Buffer, bytes)).toBe(0);
  });

  it.each([1, 2, 3, 5, 7, 64, 1_000])("are read in chunks of %i bytes, whoever reads them", async (size) => {
    const texts = ["", "a", "é".repeat(70), "b".repeat(3_000), "c".repeat(126), "d"];
    const { heard, errors } = await reading(cut(Buffer.concat(texts.map((text) => masked(0x81, text))), size));
    expect(heard.map(([, data]) => data)).toEqual(texts);
    expect(errors).toEqual([]);
  });
});

describe("the receiver of ws has the word", () => {
  it("about control frames and fragments, between frames that are read", async () => {
    const { heard, errors } = await reading([
      Buffer.concat([
        masked(0x81, "one"),
        masked(0x89, "p"),
        masked(0x01, "tw"),
        masked(0x80, "o"),
        masked(0x81, "three"),
      ]),
      masked(0x81, "four"),
      masked(0x02, "fi"),
      masked(0x81, "within a message of fragments"),
    ]);
    expect(heard).toEqual([
      ["reader", "one"],
      ["receiver", "ping p"],
      ["receiver", "two"],
      ["receiver", "three"],
      ["reader", "four"],
    ]);
    expect(errors).toEqual(["WS_ERR_INVALID_OPCODE"]);
  });

  it.each([
    ["a frame without a mask", Buffer.from([0x81, 1, 97]), "WS_ERR_EXPECTED_MASK"],
    ["reserved bits", masked(0xc1, "a"), "WS_ERR_UNEXPECTED_RSV_1"],
    ["an unknown opcode", masked(0x83, "a"), "WS_ERR_INVALID_OPCODE"],
    ["text that is not UTF-8", masked(0x81, Buffer.from([0xff, 0x61])), "WS_ERR_INVALID_UTF8"],
    ["long text that is not UTF-8", masked(0x81, Buffer.alloc(200, 0xc3)), "WS_ERR_INVALID_UTF8"],
    ["a message over the limit", masked(0x82, Buffer.alloc(1_001)), "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
    [
      "a length of 2^63",
      Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
      "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH",
    ],
  ])("about %s", async (_what, bytes, code) => {
    const { heard, errors } = await reading(
      [Buffer.concat([masked(0x81, "before"), bytes, masked(0x81, "behind")])],
      1_000,
    );
    expect(heard).toEqual([["reader", "before"]]);
    expect(errors).toEqual([code]);
  });
});

it("leaves a WebSocket alone that is not one of ws", () => {
  const sink = { text: () => undefined, binary: () => undefined };
  expect(readFrames({ extensions: "" } as unknown as WebSocket, 1_000, sink)).toBe(false);
  expect(readFrames({ extensions: "", _receiver: { write: () => true } } as unknown as WebSocket, 1_000, sink)).toBe(
    false,
  );
});
