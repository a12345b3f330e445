// What a client of Wireway says in a task, as messages: envelopes as text, or binary blocks.
// Source: docs/protocol.md, Envelope and BinaryEnvelope.

import { bytesOf, type Task, textOf } from "../task.ts";

/** The packets' separator in a payload. */
export const separator = "\x1e";

/** The messages of one round; texts are packets already. */
export function roundOf(task: Task): readonly (string | Buffer)[] {
  const { role, kind, together } = task;
  if (role === "burst") return ['42["burst"]'];
  const event = role === "echo" ? "echo" : "event";
  return Array.from({ length: together }, (_, index) => {
    const id = role === "echo" ? `${index + 1}` : "";
    if (kind === "text") return `42${id}${JSON.stringify([event, textOf(task)])}`;
    return binaryBlock(`2${id}${JSON.stringify([event, "\x000"])}`, bytesOf(task));
  });
}

function binaryBlock(text: string, attachment: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(text));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(attachment.length);
  return Buffer.concat([header, Buffer.from(text), length, attachment]);
}
