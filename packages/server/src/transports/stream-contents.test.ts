import { createMessage, encodePayload, type Packet } from "@wireway/protocol";
import { expect, it } from "vitest";
import { chunkOfContent, StreamContents } from "./stream-contents.ts";

function counting(): { contents: StreamContents; encoded: () => number } {
  let encoded = 0;
  const contents = new StreamContents((packets) => {
    encoded++;
    return encodePayload(packets);
  });
  return { contents, encoded: () => encoded };
}

function chunks(contents: StreamContents, packets: readonly Packet[]): string {
  return contents
    .of(packets)
    .map((content) => Buffer.from(chunkOfContent(content) as string, "latin1").toString("latin1"))
    .join("");
}

it("encodes the messages of a broadcast once, and writes the same to all", () => {
  const { contents, encoded } = counting();
  const messages = [createMessage("one"), createMessage("two")];
  const said = ["first", "second", "third"].map(() => chunks(contents, [...messages]));
  expect(new Set(said)).toEqual(new Set(["9\r\n4one\x1e4two\r\n"]));
  expect(encoded()).toBe(1);
});

it("takes no other messages for the same, and no more or fewer of them", () => {
  const { contents } = counting();
  const [one, two, twin] = [createMessage("one"), createMessage("two"), createMessage("one")];
  const runs = [[one], [one, two], [one], [two], [twin], [one, twin], [one, two]];
  for (const run of runs) expect(contents.of(run)[0]?.block).toBe(encodePayload(run));
});

it("parts what is long", () => {
  const { contents } = counting();
  const messages = ["a", "b", "c"].map((letter) => createMessage(letter.repeat(40_000)));
  expect(contents.of(messages).map(({ block }) => block.length)).toEqual([40_001, 40_001, 40_001]);
});
