import { expect, test } from "vitest";
import { thrown } from "../test/arbitraries.ts";
import { connection } from "../test/recorder.ts";
import { TestClock } from "../test/test-clock.ts";
import { ending } from "./close-codes.ts";
import { Driver } from "./driver.ts";
import { WirewayError } from "./errors.ts";
import { type ClientOpen, closePacket, openPacket } from "./open.ts";
import { type Accepted, Registry } from "./registry.ts";
import { ServerSession } from "./server-session.ts";
import { defaultTerms as terms } from "./terms.ts";

const nonce = (name: string): string => name.padStart(22, "n");

class Scene {
  readonly clock = new TestClock();
  readonly registry: Registry;
  readonly drivers: Driver<ServerSession>[] = [];
  room = Number.POSITIVE_INFINITY;

  constructor() {
    const { clock } = this;
    this.registry = new Registry({
      clock,
      create: () => {
        if (this.drivers.length >= this.room) throw new WirewayError("refused");
        const name = String(this.drivers.length + 1).padStart(22, "t");
        const nothing = (): void => undefined;
        const session = new ServerSession({ id: name, token: name, terms, maxUnconfirmedBytes: 1_000 }, clock.now());
        const driver: Driver<ServerSession> = new Driver(session, clock, {
          message: nothing,
          changed: nothing,
          lost: nothing,
          redirected: nothing,
          progressed: nothing,
          ended: (over) => this.registry.forget(driver, over),
        });
        this.drivers.push(driver);
        return driver;
      },
    });
  }

  accept(open: Partial<ClientOpen>): Accepted {
    const accepted = this.registry.accept(connection("ws"), [openPacket({ received: 0, ...open })]);
    this.clock.advance(0);
    return accepted;
  }

  token(number: number): string {
    return this.drivers[number - 1]?.session.token ?? "";
  }

  end(number: number): void {
    this.drivers[number - 1]?.close("closed");
    this.clock.advance(0);
  }
}

test("dials with one nonce meet in one session, late ones too, and the token leads there as well", () => {
  const scene = new Scene();
  for (let dial = 0; dial < 3; dial++) expect("road" in scene.accept({ nonce: nonce("a"), first: 1 })).toBe(true);
  expect("road" in scene.accept({ token: scene.token(1), first: 1 })).toBe(true);
  expect(scene.drivers).toHaveLength(1);
  scene.accept({ nonce: nonce("b"), first: 1 });
  expect(scene.drivers).toHaveLength(2);
  expect(scene.registry.size).toBe(2);
  expect([...scene.registry.drivers()]).toEqual(scene.drivers);
  const [accepted] = [scene.accept({ token: scene.token(2) })];
  expect("road" in accepted && accepted.road.epoch).toBe(2);
});

test("a token that nobody issued is refused, and makes no session", () => {
  const scene = new Scene();
  expect(scene.accept({ token: "x".repeat(22) })).toEqual({ refusal: closePacket("unknown_session") });
  expect(scene.drivers).toHaveLength(0);
});

test("neither nonce nor token is refused", () => {
  expect(new Scene().accept({})).toEqual({ refusal: closePacket("unknown_session") });
});

test("a late dial of a session that has ended begins no other: its nonce is unknown, its token is told why", () => {
  const scene = new Scene();
  scene.accept({ nonce: nonce("a"), first: 1 });
  scene.end(1);
  expect(scene.registry.size).toBe(0);
  expect(scene.accept({ nonce: nonce("a"), first: 1 })).toEqual({ refusal: closePacket("unknown_session") });
  expect(scene.accept({ token: scene.token(1) })).toEqual({ refusal: closePacket("closed") });
  scene.clock.advance(59_000);
  expect(scene.accept({ nonce: nonce("a"), first: 1 })).toEqual({ refusal: closePacket("unknown_session") });
  scene.clock.advance(2_000);
  expect(scene.accept({ token: scene.token(1) })).toEqual({ refusal: closePacket("unknown_session") });
  expect("road" in scene.accept({ nonce: nonce("a"), first: 1 })).toBe(true);
  expect(scene.drivers).toHaveLength(2);
});

test("a dial between a session's end and its being forgotten begins no other either", () => {
  const scene = new Scene();
  scene.accept({ nonce: nonce("a"), first: 1 });
  const road = [...scene.registry.drivers()][0];
  road?.run((session, now) => {
    session.close("closed", undefined, now);
    session.advance(1e12);
  });
  expect(scene.registry.accept(connection("ws"), [openPacket({ token: scene.token(1), received: 0 })])).toMatchObject({
    refusal: { type: "close" },
  });
});

test("tombstones are bounded: the oldest go first", () => {
  const scene = new Scene();
  for (let number = 1; number <= 6_000; number++) {
    scene.registry.accept(connection("ws"), [openPacket({ nonce: nonce(String(number)), received: 0, first: 1 })]);
    const driver = scene.drivers[number - 1] as Driver<ServerSession>;
    scene.registry.forget(driver, ending("closed", "local"));
  }
  expect(scene.registry.size).toBe(0);
  // Two each: the first thousand sessions' are gone, the last one's are there.
  expect(scene.accept({ token: scene.token(1) })).toEqual({ refusal: closePacket("unknown_session") });
  expect(scene.accept({ token: scene.token(6_000) })).toEqual({ refusal: closePacket("closed") });
  expect(scene.accept({ token: scene.token(1_500) })).toEqual({ refusal: closePacket("closed") });
});

test("where there is no room nothing is kept, and the nonce may come again", () => {
  const scene = new Scene();
  scene.room = 0;
  expect(thrown(() => scene.accept({ nonce: nonce("a"), first: 1 })).code).toBe("refused");
  scene.room = 1;
  expect("road" in scene.accept({ nonce: nonce("a"), first: 1 })).toBe(true);
});

test("a dial begins a session when it names none that lives", () => {
  const scene = new Scene();
  const begins = (open: Partial<ClientOpen>): boolean => scene.registry.begins([openPacket({ received: 0, ...open })]);
  expect(begins({ nonce: nonce("a") })).toBe(true);
  scene.accept({ nonce: nonce("a") });
  expect(begins({ nonce: nonce("a") })).toBe(false);
  expect(begins({ nonce: nonce("b") })).toBe(true);
  expect(begins({ token: scene.token(1) })).toBe(false);
  expect(begins({ token: nonce("unknown") })).toBe(false);
  expect(scene.drivers.length).toBe(1);
});

test("a request belongs to a connection: by token and epoch, and is answered whether it lives or not", () => {
  const scene = new Scene();
  scene.accept({ nonce: nonce("a"), first: 1 });
  const token = scene.token(1);
  const request = (open: Partial<ClientOpen>): unknown =>
    scene.registry.request([openPacket({ received: 0, ...open })]).answer;
  expect(request({ token, epoch: 1, first: 1 })).toEqual([openPacket({ received: 0, epoch: 1, sent: 0 })]);
  expect(request({ token, epoch: 9, first: 1 })).toEqual([openPacket({ received: 0, gone: true })]);
  expect(request({ token: "x".repeat(22), epoch: 1 })).toEqual([closePacket("unknown_session")]);
  expect(request({ epoch: 1 })).toEqual([closePacket("unknown_session")]);
});

test("a request that breaks the protocol ends the session, and is told so once it is over", () => {
  const scene = new Scene();
  scene.accept({ nonce: nonce("a"), first: 1 });
  const request = (epoch: number, received: number): unknown =>
    scene.registry.request([openPacket({ token: scene.token(1), received, epoch })]).answer;
  // Where its connection lives, the close comes behind the messages there; where it does not, with the answer.
  expect(request(1, 5)).toEqual([openPacket({ received: 0, epoch: 1, sent: 0 })]);
  expect(request(9, 0)).toEqual([openPacket({ received: 0, gone: true }), closePacket("protocol_error")]);
  scene.clock.advance(0);
  expect(request(1, 0)).toEqual([closePacket("protocol_error")]);
});

test("dials and requests are told apart, and each is refused in the other's place", () => {
  const dial = [openPacket({ nonce: nonce("a"), received: 0, first: 1 })];
  const request = [openPacket({ token: nonce("a"), received: 0, epoch: 1 })];
  expect([Registry.dials(dial), Registry.dials(request)]).toEqual([true, false]);
  const { registry } = new Scene();
  const broken = [
    () => registry.accept(connection("ws"), request),
    () => registry.request(dial),
    () => registry.accept(connection("ws"), []),
    () => registry.accept(connection("ws"), [{ type: "message", data: "a" }]),
    () => registry.request([{ type: "open", data: "{" }]),
    () => Registry.dials([]),
  ];
  for (const call of broken) expect(thrown(call).code).toBe("malformed_open");
  expect(registry.size).toBe(0);
});

test("names of Object's own parts are tokens like any other", () => {
  const { registry } = new Scene();
  for (const token of ["__proto__".padEnd(22, "_"), "constructorconstructor"]) {
    expect(registry.accept(connection("ws"), [openPacket({ token, received: 0 })])).toEqual({
      refusal: closePacket("unknown_session"),
    });
  }
});
