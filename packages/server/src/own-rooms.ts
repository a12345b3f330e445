// In which rooms one socket is. Most are in none but the one that has the socket's own name, which takes no set.

/** `own`: only in the room of its own name. */
export type OwnRooms = Set<string> | "none" | "own";

export function isInRoom(rooms: OwnRooms, id: string, room: string): boolean {
  return typeof rooms === "string" ? rooms === "own" && room === id : rooms.has(room);
}

export function roomList(rooms: OwnRooms, id: string): string[] {
  if (rooms === "none") return [];
  return rooms === "own" ? [id] : [...rooms];
}

export function withRoom(rooms: OwnRooms, id: string, room: string): OwnRooms {
  if (rooms === "none" && room === id) return "own";
  return roomSet(rooms, id).add(room);
}

export function withoutRoom(rooms: OwnRooms, id: string, room: string): OwnRooms {
  if (typeof rooms === "string") return room === id ? "none" : rooms;
  rooms.delete(room);
  return rooms;
}

/** As a set, which they had better stay. */
export function roomSet(rooms: OwnRooms, id: string): Set<string> {
  return typeof rooms === "string" ? new Set(roomList(rooms, id)) : rooms;
}
