import { transportConformance } from "@wireway/testkit";
import { afterAll, beforeAll, describe, test } from "vitest";
import { environment } from "../../packages/client/src/environment-node.ts";
import { createStage, type Stage, transportNames, transports } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await createStage({ maxUnconfirmedBytes: 64_000_000 });
  stage.wireway.on("connection", (socket) => {
    socket.on("echo", (...args: never[]) => {
      socket.emit("echo", ...args);
    });
  });
});
afterAll(() => stage.close());

describe.each(transportNames)("%s", (name) => {
  test.each(transportConformance)("$name", async ({ run }) => {
    const style = { headers: {}, credentials: "same-origin", maxMessageBytes: 4_000_000 } as const;
    const dialTo = (url: string) => (listener: Parameters<ReturnType<(typeof transports)[string]>["dial"]>[2]) =>
      (transports[name] as (typeof transports)[string])().dial(
        new URL("/wireway/", url),
        { ...environment, style },
        listener,
      );
    await run({
      dial: dialTo(stage.url),
      // Port 9 is "discard"; nobody listens there.
      dialNobody: dialTo("http://127.0.0.1:9"),
      clock: environment.clock,
      cut: () => void stage.proxy.cut(),
    });
  });
});
