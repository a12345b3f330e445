// Whether a response is written by Node alone. A middleware that compresses, counts or measures puts itself in the place of
// its functions, and may be used to how applications call them.

import { ServerResponse } from "node:http";

const writers = (["write", "end", "writeHead"] as const).map((name) => [name, own(name)] as const);

export function isOwn(response: ServerResponse): boolean {
  for (const [name, writer] of writers) if (Reflect.get(response, name) !== writer) return false;
  return true;
}

function own(name: string): unknown {
  return Reflect.get(ServerResponse.prototype, name);
}
