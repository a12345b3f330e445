// Starts the browser that was found for an engine, with whatever drives it.

import { type EngineName, findBrowser } from "./find.ts";
import { PlaywrightEngine } from "./playwright-tab.ts";
import type { Engine } from "./tab.ts";
import { WebKitEngine } from "./webkit-tab.ts";

/** Throws when there is no browser for the engine. */
export async function startEngine(engineName: EngineName): Promise<Engine> {
  const found = findBrowser(engineName);
  return found.driver === "webdriver" ? await WebKitEngine.start(found) : await PlaywrightEngine.start(found);
}
