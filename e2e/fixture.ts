// The `test` of every spec: a tab in whichever engine the project is for, and a site for it to visit. It knows
// nothing of Wireway but where the browser bundle lies. A failed test attaches what its tabs looked like and said.

import { fileURLToPath } from "node:url";
import {
  test as base,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestInfo,
  type TestType,
} from "@playwright/test";
import type { EngineName } from "./browsers/find.ts";
import { startEngine } from "./browsers/start-engine.ts";
import type { Engine, Tab } from "./browsers/tab.ts";
import { Site } from "./site.ts";

export { expect } from "@playwright/test";
export type { EngineName } from "./browsers/find.ts";
export { PageError } from "./browsers/page-call.ts";
export type { ColorScheme, Engine, Json, Tab, Viewport } from "./browsers/tab.ts";
export type { Site, SiteHandler } from "./site.ts";

export interface WorkerOptions {
  /** Set by the project. */
  engineName: EngineName;
}

export interface WorkerFixtures {
  /** The running browser. */
  engine: Engine;
}

export interface TestFixtures {
  /**
   * Opens a further tab, which shares storage with the others of the test. Playwright's own options `viewport` and
   * `colorScheme` hold for all of them: `test.use({ viewport: { width: 390, height: 844 }, colorScheme: "dark" })`.
   */
  newTab: () => Promise<Tab>;
  /** The first tab, on no page yet. */
  tab: Tab;
  /** A web site on a port of its own; its blank page can import `@wireway/client`. */
  site: Site;
}

const bundlePath = fileURLToPath(new URL("../packages/client/dist/wireway.esm.min.js", import.meta.url));

export const test: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & TestFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & WorkerOptions & WorkerFixtures
> = base.extend<TestFixtures, WorkerOptions & WorkerFixtures>({
  engineName: ["chromium", { option: true, scope: "worker" }],
  engine: [
    async ({ engineName }, use) => {
      const engine = await startEngine(engineName);
      await use(engine);
      await engine.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  newTab: async ({ engine, viewport, colorScheme }, use, testInfo) => {
    testInfo.annotations.push({ type: "browser", description: engine.version });
    const profile = await engine.newProfile({
      ...(viewport === null ? {} : { viewport }),
      colorScheme: colorScheme === "dark" ? "dark" : "light",
    });
    const tabs: Tab[] = [];
    await use(async () => {
      const tab = await profile.newTab();
      tabs.push(tab);
      return tab;
    });
    if (testInfo.status !== testInfo.expectedStatus) await attachTabs(testInfo, tabs);
    await profile.close();
  },
  tab: async ({ newTab }, use) => {
    await use(await newTab());
  },

  // Needs no tab, but so ends before the tabs do: a page that waits for an answer would hold up its tab's end.
  site: async ({ newTab: _endsLater }, use) => {
    const site = await Site.start();
    site.serveFile("/wireway.js", bundlePath);
    await use(site);
    await site.close();
  },
});

// A tab that the test closed, or that hangs, has nothing to show: that must not hide why the test failed.
async function attachTabs(testInfo: TestInfo, tabs: readonly Tab[]): Promise<void> {
  for (const [index, tab] of tabs.entries()) {
    try {
      const body = (await tab.consoleErrors()).join("\n");
      await testInfo.attach(`tab ${index + 1} console errors`, { body, contentType: "text/plain" });
      const path = testInfo.outputPath(`tab-${index + 1}.png`);
      await tab.screenshot(path);
      await testInfo.attach(`tab ${index + 1}`, { path, contentType: "image/png" });
    } catch {}
  }
}
