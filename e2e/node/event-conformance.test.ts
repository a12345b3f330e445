// The event API's list, over every transport and with each codec, by real sockets through a proxy that can cut them.

import { connect, Refusal, type Socket } from "@wireway/client";
import { msgpackCodec } from "@wireway/client/msgpack";
import {
  authenticateConformance,
  type EventBench,
  eventConformance,
  eventConformanceServer,
  runEventCase,
} from "@wireway/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStage, type Stage, transportNames, transports } from "./stage.ts";

const codecs = { json: {}, msgpack: { codec: msgpackCodec } } as const;

describe.each(Object.keys(codecs) as (keyof typeof codecs)[])("%s", (codec) => {
  describe.each(transportNames)("%s", (name) => {
    const open = (namespace: string, options: object): Socket =>
      connect(stage.url + namespace, {
        ...codecs[codec],
        ...options,
        transports: [(transports[name] as (typeof transports)[string])()],
      });
    const bench: EventBench = {
      codec,
      connect: open,
      refusal: (reason, options) => new Refusal(reason, options),
      cut: async () => void stage.proxy.cut(),
    };
    let stage: Stage;
    // One session for all cases that do not want one of their own.
    let keeper: Socket;

    beforeAll(async () => {
      stage = await createStage({ ...codecs[codec], authenticate: authenticateConformance });
      // Handlers that fail on purpose.
      stage.wireway.on("error", () => undefined);
      eventConformanceServer((namespace, options) => stage.wireway.of(namespace, options));
      keeper = open("/", {});
    });
    afterAll(async () => {
      await keeper.close();
      await stage.close();
    });

    test.each(eventConformance)("$name", async (one) => {
      expect(await runEventCase(one, bench)).toBeUndefined();
    });
  });
});
