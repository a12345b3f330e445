// What stands behind the `?` of a request's URL. Nearly all requests of a server's clients say the same there, so that the
// last one's is kept.

/** The application's own part, shared by all who have none. */
export type OwnQuery = Readonly<Record<string, string>>;

export interface Query {
  readonly params: URLSearchParams;
  /** Without what the protocol itself says there; the last of those with the same name. */
  readonly own: OwnQuery;
}

/** What the protocol says in the query; a ticket is used up, but still nobody's business. */
const ownNames: readonly string[] = ["v", "transport", "request", "ticket", "hold"];

/** Longer ones are not kept. */
const maxKeptLength = 256;

let last = parse("");
let lastText = "";

/** Whoever gets it must not change it. */
export function queryOf(url: string): Query {
  const start = url.indexOf("?");
  const text = start < 0 ? "" : url.slice(start + 1);
  if (text === lastText) return last;
  const query = parse(text);
  if (text.length > maxKeptLength) return query;
  last = query;
  lastText = text;
  return query;
}

function parse(text: string): Query {
  const params = new URLSearchParams(text);
  const own = [...params].filter(([name]) => !ownNames.includes(name));
  return { params, own: Object.freeze(Object.fromEntries(own)) };
}
