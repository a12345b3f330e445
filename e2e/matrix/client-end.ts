// Wireway's client in a run. Its text goes to pages as it is, so that it uses nothing but what it is given and what every
// platform has: no imports but of types, no names of this file.

import type { connect as connectClient, Socket } from "@wireway/client";
import type { ClientEnd, ClientReport, FirstMessage } from "./ends.ts";

type Move = ClientReport["moves"][number];

export function createClientEnd(connect: typeof connectClient, BareWebSocket: typeof WebSocket): ClientEnd {
  const patienceMs = 20_000;
  const received: number[] = [];
  const disconnects: string[] = [];
  const errors: string[] = [];
  const moves: Move[] = [];
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  let [beganAtMs, heardAtMs, silenceMs, sent] = [0, 0, 0, 0];
  let firstHeardMs: number | null = null;

  function timeLimit<T>(promise: Promise<T>, otherwise: T): Promise<T> {
    return Promise.race([promise, new Promise<T>((resolve) => setTimeout(resolve, patienceMs, otherwise))]);
  }

  async function first(url: string, transport: string | null): Promise<FirstMessage> {
    // Every client is the first that ever came here.
    if (typeof localStorage === "object") localStorage.clear();
    const atMs = performance.now();
    const fresh = connect(url, { forceNew: true });
    const answered = new Promise<void>((resolve) => fresh.once("answer", () => resolve()));
    fresh.emit("hello");
    const ms = await timeLimit(
      answered.then(() => performance.now() - atMs),
      null,
    );
    const settled = new Promise<void>((resolve) => {
      const look = (): void => {
        if (transport === null || fresh.connection?.transport === transport) resolve();
      };
      fresh.on("connection", look);
      look();
    });
    await timeLimit(settled, undefined);
    const served = fresh.connection?.transport ?? null;
    void fresh.close();
    return { ms, transport: served };
  }

  async function bare(url: string): Promise<FirstMessage> {
    const atMs = performance.now();
    const plain = new BareWebSocket(url.replace("http", "ws"));
    const echoed = new Promise<void>((resolve) => {
      plain.onopen = () => plain.send("hello");
      plain.onmessage = () => resolve();
    });
    const ms = await timeLimit(
      echoed.then(() => performance.now() - atMs),
      null,
    );
    plain.close();
    return { ms, transport: "websocket" };
  }

  async function begin(url: string): Promise<void> {
    if (typeof localStorage === "object") localStorage.clear();
    beganAtMs = performance.now();
    heardAtMs = beganAtMs;
    const talker = connect(url, { forceNew: true });
    socket = talker;
    talker.on("down", (number: number) => {
      const now = performance.now();
      if (firstHeardMs === null) firstHeardMs = now - beganAtMs;
      else silenceMs = Math.max(silenceMs, now - heardAtMs);
      heardAtMs = now;
      received.push(number);
    });
    talker.on("disconnect", (reason) => disconnects.push(reason));
    talker.on("connect_error", ({ code }) => errors.push(code));
    talker.on("connection", (info) => {
      moves.push({ atMs: performance.now() - beganAtMs, transport: info?.transport ?? null });
    });
  }

  async function speak(everyMs: number): Promise<void> {
    heardAtMs = performance.now();
    timer = setInterval(() => socket?.emit("up", sent++), everyMs);
  }

  async function hush(): Promise<void> {
    clearInterval(timer);
  }

  async function online(): Promise<void> {
    globalThis.dispatchEvent?.(new Event("online"));
  }

  async function report(): Promise<ClientReport> {
    const { transport, attempts = [] } = socket?.connection ?? {};
    const told = attempts.map((attempt) => {
      const at = Math.round(attempt.atMs - beganAtMs);
      const ended = attempt.endedMs === undefined ? "" : ` until ${Math.round(attempt.endedMs - beganAtMs)}`;
      return `${at}${ended} ${attempt.transport}: ${attempt.verdict}`;
    });
    // Copies: what comes after is not part of it.
    const [heard, ends, failures] = [[...received], [...disconnects], [...errors]];
    return {
      sent,
      received: heard,
      firstHeardMs,
      silenceMs,
      disconnects: ends,
      errors: failures,
      transport: transport ?? null,
      moves: [...moves],
      attempts: told,
    };
  }

  async function end(): Promise<void> {
    clearInterval(timer);
    void socket?.close();
  }

  return { first, bare, begin, speak, hush, online, report, end };
}
