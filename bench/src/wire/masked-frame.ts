// A WebSocket frame as a client sends it, made once and sent often.
// Source: RFC 6455 section 5.2.

/** Not zero: servers skip the work of unmasking then. */
const mask = [0x5a, 0xc3, 0x17, 0x8e] as const;

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function maskedFrame(opcode: number, payload: Uint8Array | string): Buffer {
  const body = typeof payload === "string" ? Buffer.from(payload) : payload;
  const { length } = body;
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(headerBytes + 4 + length);
  frame[0] = 0x80 | opcode;
  if (headerBytes === 2) frame[1] = 0x80 | length;
  else if (headerBytes === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(mask, headerBytes);
  const start = headerBytes + 4;
  for (let index = 0; index < length; index++) {
    frame[start + index] = (body[index] as number) ^ (mask[index & 3] as number);
  }
  return frame;
}
