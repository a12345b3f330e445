// What is written to a response that does not end, for the packets of one write. A broadcast hands the same run of messages
// to one session after the other, so that the last run's are kept: encoded once, framed once.
// Not here: how it is written (chunk-writer, response-stream).

import { type Packet, payloadParts } from "@wireway/protocol";
import { type Block, chunkOf, sharedBlock } from "./chunk-writer.ts";
import { isSameRun } from "./same-run.ts";

const partBytes = 65_536;

/** How packets become a block. */
export type Encode = (packets: readonly Packet[]) => Block;

/** Of one write. */
export interface StreamContent {
  block: Block;
  /** The block as a chunk, once it was asked for. */
  chunk: Block | undefined;
}

export class StreamContents {
  readonly #encode: Encode;
  /** The last run of messages, while it may be asked for again. */
  #last: { readonly packets: readonly Packet[]; readonly contents: readonly StreamContent[] } | undefined;

  constructor(encode: Encode) {
    this.#encode = encode;
  }

  /** In order. */
  of(packets: readonly Packet[]): readonly StreamContent[] {
    const last = this.#last;
    if (last && isSameRun(last.packets, packets)) {
      for (const content of last.contents) share(content);
      return last.contents;
    }
    const contents = contentsOf(packets, this.#encode);
    this.#last = { packets, contents };
    return contents;
  }
}

/** The same for packets that nobody else gets. */
export function contentsOf(packets: readonly Packet[], encode: Encode): readonly StreamContent[] {
  return payloadParts(packets, partBytes).map((part) => ({ block: encode(part), chunk: undefined }));
}

export function chunkOfContent(content: StreamContent): Block {
  content.chunk ??= chunkOf(content.block);
  return content.chunk;
}

function share(content: StreamContent): void {
  if (content.chunk === undefined) content.block = sharedBlock(content.block);
  else content.chunk = sharedBlock(content.chunk);
}
