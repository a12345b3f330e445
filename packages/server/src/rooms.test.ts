import { expect, it } from "vitest";
import { type Member, Rooms } from "./rooms.ts";

let members = 0;
interface TestMember extends Member {
  readonly rooms: Set<string>;
}

function member(): TestMember {
  const rooms = new Set<string>();
  return {
    id: `${++members}`,
    rooms,
    isIn: (room) => rooms.has(room),
    entered: (room) => void rooms.add(room),
    exited: (room) => rooms.delete(room),
    roomList: () => [...rooms],
  };
}

it("knows both ways who is where", () => {
  const rooms = new Rooms<Member>();
  const [a, b] = [member(), member()];
  rooms.join(a, "red");
  rooms.join(a, "red");
  rooms.join(b, "red");
  rooms.join(b, "__proto__");
  expect([...(rooms.of("red") ?? [])]).toEqual([a, b]);
  expect([...b.rooms]).toEqual(["red", "__proto__"]);
  expect(rooms.of("constructor")).toBeUndefined();
});

it("forgets a room that nobody is in any more", () => {
  const rooms = new Rooms<Member>();
  const [a, b] = [member(), member()];
  rooms.join(a, "red");
  rooms.join(b, "red");
  rooms.leave(a, "red");
  rooms.leave(a, "red");
  rooms.leave(a, "never entered");
  expect(rooms.size).toBe(1);
  rooms.leaveAll(b);
  expect([rooms.size, b.rooms.size]).toEqual([0, 0]);
});
