// What a dial asks for whose last stream was held: an intermediary kept the answer instead of passing it on as it came.
// Measured over twelve of them, `Content-Encoding: identity` frees some, and padding frees one more but makes another one
// hold, so that neither is there before the client has seen a stream held, and each only in its turn.
// RFC 9110 section 8.4.1 discourages `identity` as a content coding; here it keeps compressors from their buffers.

/** How often in a row the client's streams were held, as the query `hold` says. */
type Hold = "once" | "twice";

/** The query comes from anybody: what is no hold is none. */
const holds: ReadonlyMap<string, Hold> = new Map([
  ["1", "once"],
  ["2", "twice"],
]);

/** More than the 1 or 2 KB that intermediaries wait for before they pass on the first byte. */
export const paddingBytes = 2_048;

export function holdOf(query: URLSearchParams): Hold | undefined {
  return holds.get(query.get("hold") ?? "");
}

/** Names and values in turn. */
export function holdHeaders(hold: Hold | undefined): readonly string[] {
  return hold ? ["Content-Encoding", "identity"] : [];
}
