// One POST: a payload goes, a response comes, or a failure that says what happened. Anything may answer an HTTP request -
// a proxy, a captive portal, another application - so that what is not recognisably Wireway's is a failure, never packets.

import { type CloseCause, decodePayload, encodePayload, type Packet } from "@wireway/protocol";
import type { ClientEnvironment } from "../platform.ts";

/** Longest wish of a server's that is obeyed. */
const maxRetryAfterMs = 3_600_000;

/** Refusals of one request that the next one need not meet: too slow, too large, too many (RFC 9110, RFC 6585). */
const passing = [408, 413, 429];

/** What came instead of an answer; thrown by everything here. */
export class PostFailure extends Error {
  override readonly cause: Partial<CloseCause>;

  constructor(cause: Partial<CloseCause>) {
    super(cause.message);
    this.cause = cause;
  }

  /** Whether a server refused for good what it was asked, so that the same connection need not ask again. */
  get final(): boolean {
    const { code = 0 } = this.cause;
    return code >= 400 && code < 500 && !passing.includes(code);
  }
}

/** @throws {PostFailure} when nothing came, or a status other than 200, or another content type than `type`. */
export async function post(
  url: string,
  packets: readonly Packet[],
  { fetch, style: { headers, credentials } }: ClientEnvironment,
  signal: AbortSignal,
  type = "text/plain",
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      // No other type is sent to another origin without asking first.
      headers: { ...headers, "content-type": "text/plain" },
      body: encodePayload(packets),
      credentials,
      cache: "no-store",
      signal,
    });
  } catch (error) {
    throw new PostFailure({ message: explain(error) });
  }
  if (response.status !== 200) throw await refusal(response);
  const given = response.headers.get("content-type") ?? "nothing";
  if (given.startsWith(type)) return response;
  // Not read: it may be anything.
  cancel(response);
  throw new PostFailure({ code: 200, message: `answer is ${given}, not ${type}` });
}

/** @throws {PostFailure} when the body is no payload that begins with an `open` or a `close`. */
export async function readPackets(response: Response, heard?: (bytes: number) => void): Promise<Packet[]> {
  try {
    const text = heard && response.body ? await readText(response.body, heard) : await response.text();
    if (/^[01]\{/.test(text)) return decodePayload(text);
  } catch (error) {
    throw new PostFailure({ message: explain(error) });
  }
  throw new PostFailure({ message: "answer is no payload" });
}

async function readText(body: ReadableStream<Uint8Array>, heard: (bytes: number) => void): Promise<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    heard(value.length);
    text += decoder.decode(value, { stream: true });
  }
}

function cancel(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** The server's own words where it is Wireway's; a stranger's page stays unread. */
async function refusal(response: Response): Promise<PostFailure> {
  const { status, headers } = response;
  let message = `HTTP ${status}`;
  if (headers.get("content-type")?.startsWith("application/json")) {
    const body: unknown = await response.json().catch(() => undefined);
    if (typeof body === "object" && body && "message" in body) message += `: ${String(body.message).slice(0, 200)}`;
  } else cancel(response);
  const retryAfter = headers.get("retry-after");
  const retryAfterMs = retryAfter === null ? Number.NaN : waitMs(retryAfter);
  return new PostFailure({ code: status, message, ...(retryAfterMs >= 0 && { retryAfterMs }) });
}

/** Seconds, or a date. */
function waitMs(retryAfter: string): number {
  const seconds = Number(retryAfter);
  return Math.min(maxRetryAfterMs, Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : seconds * 1_000);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's fetch hides the reason one level down.
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
