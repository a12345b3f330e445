import { FakeClock } from "@wireway/testkit";
import { expect, it } from "vitest";
import { Lingering, type Terminable } from "./lingering.ts";

class Connection implements Terminable {
  bytesLeft = 0;
  isCut = false;

  terminate(): void {
    this.isCut = true;
  }
}

it("cuts what has not ended when nothing leaves any more", () => {
  const clock = new FakeClock();
  const lingering = new Lingering(clock);
  const connection = new Connection();
  lingering.add(connection);
  clock.advance(1_900);
  connection.bytesLeft = 10;
  clock.advance(2_000);
  expect(connection.isCut).toBe(false);
  clock.advance(2_000);
  expect(connection.isCut).toBe(true);
});

it("does not let a slow reader linger for ever", () => {
  const clock = new FakeClock();
  const lingering = new Lingering(clock);
  const connection = new Connection();
  lingering.add(connection);
  for (let second = 0; second < 40; second++) {
    connection.bytesLeft++;
    clock.advance(1_000);
  }
  expect(connection.isCut).toBe(true);
});

it("leaves alone what has ended", () => {
  const clock = new FakeClock();
  const lingering = new Lingering(clock);
  const connection = new Connection();
  lingering.add(connection);
  lingering.delete(connection);
  clock.advance(60_000);
  expect(connection.isCut).toBe(false);
});
