import { expect, it } from "vitest";
import { roomList } from "./own-rooms.ts";
import { type Member, Rooms } from "./rooms.ts";

let members = 0;
const member = (): Member => ({ id: `${++members}`, ownRooms: "none" });
const roomsOf = ({ id, ownRooms }: Member): string[] => roomList(ownRooms, id);

it("knows both ways who is where", () => {
  const rooms = new Rooms<Member>();
  const [a, b] = [member(), member()];
  rooms.join(a, "red");
  rooms.join(a, "red");
  rooms.join(b, "red");
  rooms.join(b, "__proto__");
  expect([...(rooms.of("red") ?? [])]).toEqual([a, b]);
  expect(roomsOf(b)).toEqual(["red", "__proto__"]);
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
  expect([rooms.size, roomsOf(b).length]).toEqual([0, 0]);
});

it("takes whoever is alone in the room of its own name like anybody else", () => {
  const told: string[] = [];
  const rooms = new Rooms<Member>((event, room, id = "") => told.push(`${event} ${room} ${id}`.trim()));
  const [a, b] = [member(), member()];
  rooms.join(a, a.id);
  expect([a.ownRooms, [...(rooms.of(a.id) ?? [])]]).toEqual(["own", [a]]);
  rooms.join(b, a.id);
  expect([...(rooms.of(a.id) ?? [])]).toEqual([a, b]);
  rooms.leave(a, a.id);
  expect([...(rooms.of(a.id) ?? [])]).toEqual([b]);
  rooms.leave(b, a.id);
  expect([rooms.size, roomsOf(a), roomsOf(b)]).toEqual([0, [], []]);
  expect(told).toEqual([
    `create-room ${a.id}`,
    `join-room ${a.id} ${a.id}`,
    `join-room ${a.id} ${b.id}`,
    `leave-room ${a.id} ${a.id}`,
    `leave-room ${a.id} ${b.id}`,
    `delete-room ${a.id}`,
  ]);
});
