// A shopping list that everybody sees at once. What is changed while there is no connection is saved when it is back.

import type { WirewayError } from "@wireway/client";
import { useEffect, useReducer } from "react";
import type { Item } from "./events.ts";
import { useSocket } from "./use-socket.ts";

type Shown = Item & { waits?: boolean };

function merge(shown: Shown[], changed: Shown[]): Shown[] {
  return [...new Map([...shown, ...changed].map((item) => [item.id, item])).values()];
}

export function App() {
  const { socket, transport } = useSocket();
  const [items, show] = useReducer(merge, []);
  useEffect(() => socket.on("items", show), [socket]);

  function save(item: Item) {
    show([{ ...item, waits: true }]);
    const saved = socket.emitWithAck("save", item);
    // Once more when the session ended before the answer came: to save an item twice does no harm.
    saved.then((item) => show([item])).catch(({ code }: WirewayError) => code === "disconnected" && save(item));
  }

  return (
    <>
      <h1>Shopping list</h1>
      <output className={transport}>{transport ? `connected over ${transport}` : "looking for a way"}</output>
      <form action={(form) => save({ id: crypto.randomUUID(), text: String(form.get("text")), done: false })}>
        <input name="text" aria-label="What is missing" placeholder="What is missing?" autoComplete="off" required />
        <button type="submit">Add</button>
      </form>
      {items.map(({ waits, ...item }) => (
        <label key={item.id} className={waits ? "waits" : "saved"}>
          <input type="checkbox" checked={item.done} onChange={() => save({ ...item, done: !item.done })} />
          {item.text}
        </label>
      ))}
    </>
  );
}
