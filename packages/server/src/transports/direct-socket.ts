// Reads and writes a plain TCP socket past the streams of Node, which make a buffer for each piece that comes and a request
// for each that leaves. What comes is read into one buffer that all sockets share, and what leaves is given to the socket's
// handle, where nothing waits in front of it. The streams stay in place: the end, errors, pauses, what cannot leave at once and
// everything written later go through them as ever.
// Source: Node's `net`, whose option `onread` reads in this way, for sockets that one makes oneself.
// Private parts of Node: the fields behind `onread`, and a socket's handle with the request that it wants for each write.
// They are looked up once, on sockets without a connection; where they are not as expected, the streams do all.

import { Socket } from "node:net";
import { getSystemErrorName } from "node:util";

/** What a socket brings: the first `bytes` of `buffer`, until the function returns. @returns whether it wants more at once. */
export type Take = (this: Socket, bytes: number, buffer: Buffer) => boolean;

interface Request {
  /** @returns `unused` until a handle has taken it. */
  getAsyncId(): number;
  oncomplete?: () => void;
  /** Kept from the garbage collector until it has left. */
  buffer?: Uint8Array;
}

interface Handle {
  readonly writeQueueSize: number;
  useUserBuffer(buffer: Buffer): void;
  /** @returns 0, or the number of an error. */
  writeBuffer(request: Request, data: Uint8Array): number;
  writeLatin1String(request: Request, data: string): number;
}

/** Under which a socket keeps its buffer, and the function that is called when something came. */
interface ReadFields {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** As large as what libuv would ask for. */
const shared = Buffer.allocUnsafeSlow(65_536);

const unused = -1;

const readFields = findReadFields();
const newRequest = findRequest();

/** Handles that finish at once do not take it, so that one serves for all of them. One that was taken ends the process. */
let request = newRequest?.();

/** Whoever writes. */
export interface Writer {
  /** All that was written has left, or never will. Not called for what left at once. */
  left(): void;
}

/**
 * Reads a plain socket that nobody else reads. What was read before, or put back, still comes as `data`.
 * @returns whether `take` is called from now on; if not, everything comes as `data`.
 */
export function readDirect(socket: Socket, take: Take): boolean {
  const handle = handleOf(socket);
  if (!readFields || typeof handle?.useUserBuffer !== "function") return false;
  const fields = socket as unknown as Record<symbol, unknown>;
  if (fields[readFields.buffer] !== null) return false;
  fields[readFields.buffer] = shared;
  fields[readFields.callback] = take;
  handle.useUserBuffer(shared);
  return true;
}

/**
 * Writes on a plain socket on which nothing waits.
 * @param data bytes, or a text of which each character is one (latin1)
 * @returns how many bytes have not left at once.
 */
export function writeDirect(socket: Socket, data: string | Uint8Array, writer: Writer): number {
  const handle = handleOf(socket);
  if (!request || !newRequest || typeof handle?.writeBuffer !== "function") return writeStream(socket, data, writer);
  const error = typeof data === "string" ? handle.writeLatin1String(request, data) : handle.writeBuffer(request, data);
  if (error === 0 && request.getAsyncId() === unused) return 0;
  const taken = request;
  request = newRequest();
  if (error !== 0) {
    socket.destroy(writeError(error));
    return 0;
  }
  const { writeQueueSize } = handle;
  // The rest left while it was handed over.
  if (writeQueueSize === 0) return 0;
  if (typeof data !== "string") taken.buffer = data;
  // An error shows on the socket as well.
  taken.oncomplete = () => writer.left();
  return writeQueueSize;
}

/** As Node's streams make it. */
function writeError(error: number): Error {
  const code = getSystemErrorName(error);
  return Object.assign(new Error(`write ${code}`), { errno: error, code, syscall: "write" });
}

/** The same by Node's streams. */
export function writeStream(socket: Socket, data: string | Uint8Array, writer: Writer): number {
  if (!socket.writable) {
    socket.destroy();
    return 0;
  }
  if (typeof data === "string") socket.write(data, "latin1");
  else socket.write(data);
  const { writableLength } = socket;
  // Whatever is written behind it leaves behind it.
  if (writableLength > 0) socket.write("", () => writer.left());
  return writableLength;
}

function handleOf(socket: Socket): Handle | null | undefined {
  return (socket as Socket & { readonly _handle?: Handle | null })._handle;
}

/** A socket that is made with `onread` shows where it keeps it. */
function findReadFields(): ReadFields | undefined {
  const callback = (): boolean => true;
  // The types know the option of clients alone.
  const socket = new Socket({ onread: { buffer: shared, callback } } as object) as unknown as Record<symbol, unknown>;
  const symbolOf = (value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find((symbol) => socket[symbol] === value);
  const found = { buffer: symbolOf(shared), callback: symbolOf(callback) };
  return found.buffer && found.callback ? (found as ReadFields) : undefined;
}

/** A socket with a handle of ours shows which request it makes. */
function findRequest(): (() => Request) | undefined {
  let made: unknown;
  const write = (given: unknown): number => {
    made = given;
    return 0;
  };
  const nothing = (): void => undefined;
  const handle = { writeLatin1String: write, readStart: nothing, readStop: nothing, close: nothing };
  try {
    const socket = new Socket({ handle, manualStart: true } as object);
    socket.write("-", "latin1");
    socket.destroy();
  } catch {
    return undefined;
  }
  // Without one in JavaScript, the streams are as fast.
  if (typeof made !== "object" || made === null || made.constructor === Object) return undefined;
  const { getAsyncId } = made as Partial<Request>;
  if (typeof getAsyncId !== "function" || getAsyncId.call(made) !== unused) return undefined;
  const Request = made.constructor as new () => Request;
  return () => new Request();
}
