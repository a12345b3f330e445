import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeBase64 } from "./base64.ts";

test("encodes any bytes as the platform does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }),
  );
});

test("joins its chunks without a seam", () => {
  for (const size of [0x7fff, 0x8000, 0x8001, 0x10000, 0x18002]) {
    const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 7) & 0xff);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  }
});

test("encodes only the part that a view shows", () => {
  expect(encodeBase64(Uint8Array.from([0, 1, 2, 3, 4]).subarray(1, 3))).toBe("AQI=");
});
