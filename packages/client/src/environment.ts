// Browsers and their workers. Everything is looked up when it is used, so that a page may replace it.
// Not here: anything of Node's; a browser bundle reaches this file and never its neighbour.

import { type Environment, systemClock, watchSleep } from "./platform.ts";

type Change = "addEventListener" | "removeEventListener";

/** What may tell that the network changed or that time passed; `resume` is Chromium's word for a thawed page. */
const wakeEvents = ["online", "offline", "pageshow", "visibilitychange", "resume"];

/** What a page that goes for good may still hear behind its own listeners of `pagehide`; only some engines tell the others. */
const leaveEvents = ["pagehide", "visibilitychange", "unload"];

/** Whether a listener hears an event that was added by the first one to hear it: in Firefox and WebKit, not in Chromium. */
function hearsLate(): boolean {
  const target = new EventTarget();
  let isHeard = false;
  target.addEventListener("a", () => target.addEventListener("a", () => (isHeard = true)), inPassing);
  target.dispatchEvent(new Event("a"));
  return isHeard;
}

/** Some of what wakes is told to the document only; the window hears them on their way there. */
const inPassing = { capture: true };

export const environment: Environment = {
  clock: systemClock,
  random: Math.random,
  baseUrl: globalThis.location?.origin,
  fetch: (input, init) => fetch(input, init),
  openWebSocket: (url) => new WebSocket(url),
  watch: (life) => {
    const wake = ({ type, persisted }: Event & { persisted?: boolean }): void => {
      // A page that is shown for the first time has slept through nothing.
      if (type === "pageshow" ? persisted : globalThis.document?.visibilityState !== "hidden") life.woke();
    };
    // Firefox may break one listener off, wherever it is, while it closes the tab. So who listens last stays for the next of
    // these events until it is through, and what asks for it listens twice.
    const leave = (): void => {
      life.left();
      listenLast("removeEventListener");
    };
    const listenLast = (method: Change): void => {
      for (const type of leaveEvents) globalThis[method]?.(type, leave);
    };
    let handled: Event | undefined;
    const hide = (event: Event & { persisted?: boolean }): void => {
      if (event === handled) return;
      if (event.persisted) life.hid();
      else {
        // The application may have last words of its own: who listens last is behind them.
        listenLast("addEventListener");
        if (globalThis.document?.visibilityState !== "visible" && !hearsLate()) leave();
      }
      handled = event;
    };
    const listen = (method: Change): void => {
      for (const type of wakeEvents) globalThis[method]?.(type, wake, inPassing);
      globalThis[method]?.("pagehide", hide, inPassing);
      globalThis[method]?.("pagehide", hide);
    };
    // The timers of a hidden page are throttled, which looks like sleep.
    const unwatch = watchSleep(() => globalThis.document?.visibilityState !== "hidden" && life.woke(), Date.now);
    listen("addEventListener");
    return () => {
      unwatch();
      listen("removeEventListener");
      listenLast("removeEventListener");
    };
  },
  storage: () => globalThis.localStorage,
  today: Date.now,
};
