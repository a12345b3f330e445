// Tabs and engine for whatever Playwright can drive: Chromium, Firefox, and its own WebKit where that is installed.

import { type Browser, type BrowserContext, chromium, firefox, type Page, webkit } from "@playwright/test";
import type { EngineName, PlaywrightBrowser } from "./find.ts";
import { PageLeftError } from "./page-call.ts";
import {
  type ColorScheme,
  defaultViewport,
  type Engine,
  type Json,
  type PageFunction,
  type Profile,
  type Tab,
  type TabOptions,
  type Viewport,
  type WaitOptions,
} from "./tab.ts";
import { evaluateIn, waitIn } from "./wait.ts";

const elementTimeoutMs = 10_000;
const pageLoadTimeoutMs = 20_000;

const chromiumArgs: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function launch(
  { engineName, executablePath, system }: PlaywrightBrowser,
  colorScheme: ColorScheme,
): Promise<Browser> {
  switch (engineName) {
    case "chromium":
      // Playwright turns the back/forward cache off; users have it on.
      return await chromium.launch({
        executablePath,
        args: [...chromiumArgs],
        ignoreDefaultArgs: ["--disable-back-forward-cache"],
      });
    case "firefox":
      // A Firefox that Playwright did not build is driven over WebDriver BiDi, which its channel name asks for.
      // Over BiDi, Playwright cannot emulate a colour scheme; this preference sets it (0 is dark, 1 is light).
      return await firefox.launch({
        ...(system ? { channel: "moz-firefox" } : {}),
        executablePath,
        firefoxUserPrefs: { "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1 },
      });
    case "webkit":
      return await webkit.launch({ executablePath });
  }
}

export class PlaywrightEngine implements Engine {
  readonly name: EngineName;
  readonly version: string;
  readonly #found: PlaywrightBrowser;
  readonly #browsers: Map<ColorScheme, Browser>;

  private constructor(found: PlaywrightBrowser, lightBrowser: Browser) {
    this.name = found.engineName;
    this.version = `${found.engineName} ${lightBrowser.version()}`;
    this.#found = found;
    this.#browsers = new Map([["light", lightBrowser]]);
  }

  static async start(found: PlaywrightBrowser): Promise<PlaywrightEngine> {
    return new PlaywrightEngine(found, await launch(found, "light"));
  }

  async newProfile(options: TabOptions = {}): Promise<Profile> {
    const { viewport = defaultViewport, colorScheme = "light" } = options;
    const browser = await this.#browserFor(colorScheme);
    const context = await browser.newContext({ viewport, colorScheme, ignoreHTTPSErrors: true });
    return new PlaywrightProfile(this.name, context);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.close()));
  }

  // Only Firefox needs a second browser for the other colour scheme.
  async #browserFor(colorScheme: ColorScheme): Promise<Browser> {
    const scheme = this.name === "firefox" ? colorScheme : "light";
    const browser = this.#browsers.get(scheme) ?? (await launch(this.#found, scheme));
    this.#browsers.set(scheme, browser);
    return browser;
  }
}

class PlaywrightProfile implements Profile {
  readonly #engineName: EngineName;
  readonly #context: BrowserContext;

  constructor(engineName: EngineName, context: BrowserContext) {
    this.#engineName = engineName;
    this.#context = context;
  }

  async newTab(): Promise<Tab> {
    return new PlaywrightTab(this.#engineName, await this.#context.newPage());
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}

class PlaywrightTab implements Tab {
  readonly engineName: EngineName;
  readonly #page: Page;
  readonly #errors: string[] = [];

  constructor(engineName: EngineName, page: Page) {
    this.engineName = engineName;
    this.#page = page;
    page.setDefaultTimeout(elementTimeoutMs);
    page.on("pageerror", (error) => this.#errors.push(error.message));
    page.on("dialog", (dialog) => void dialog.accept()); // one from `beforeunload` would keep the tab open
    page.on("console", (message) => {
      // What the browser itself says, about failed requests say, has no arguments.
      if (message.type() === "error" && message.args().length > 0) this.#errors.push(message.text());
    });
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url, { timeout: pageLoadTimeoutMs });
  }

  // Playwright's own way back waits for ever for a page that Firefox kept.
  async back(): Promise<void> {
    await this.evaluate(() => void setTimeout(() => history.back()));
  }

  async evaluate<const Args extends readonly Json[], Result>(
    fn: PageFunction<Args, Result>,
    ...args: Args
  ): Promise<Awaited<Result>> {
    return await evaluateIn(this.#run, fn, args);
  }

  async waitFor<Result, const Args extends readonly Json[] = []>(
    fn: PageFunction<Args, Result>,
    options?: WaitOptions<Args>,
  ): Promise<Awaited<Result>> {
    return await waitIn(this.#run, fn, options);
  }

  async click(selector: string): Promise<void> {
    await this.#page.locator(`css=${selector}`).first().click();
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.#page.locator(`css=${selector}`).first().fill(text);
  }

  // Playwright has every page believe that it is looked at.
  async hide(): Promise<boolean> {
    return false;
  }

  async setOffline(isOffline: boolean): Promise<boolean> {
    await this.#page.context().setOffline(isOffline);
    return true;
  }

  async text(selector: string): Promise<string> {
    // biome-ignore lint/performance/useDomNodeTextContent: the text as rendered is what is asked for
    return await this.#page.locator(`css=${selector}`).first().innerText();
  }

  async resize(size: Viewport): Promise<Viewport> {
    await this.#page.setViewportSize({ ...size });
    return await this.evaluate(() => ({ width: innerWidth, height: innerHeight }));
  }

  async screenshot(path: string): Promise<void> {
    await this.#page.screenshot({ path });
  }

  async consoleErrors(): Promise<readonly string[]> {
    await this.evaluate(() => {}); // whatever was reported before this answer has arrived with it
    return [...this.#errors];
  }

  // Without `runBeforeUnload` the page would end without `pagehide`; with it, closing is not waited for.
  async close(): Promise<void> {
    if (this.#page.isClosed()) return;
    const closed = this.#page.waitForEvent("close");
    await this.#page.close({ runBeforeUnload: true });
    await closed;
  }

  readonly #run = async (source: string): Promise<string> => {
    try {
      return await this.#page.evaluate<string>(source);
    } catch (error) {
      if (isPageLeft(error)) throw new PageLeftError("the page was left while a call ran in it", { cause: error });
      throw error;
    }
  };
}

// Playwright has no error class for this.
function isPageLeft(error: unknown): boolean {
  return (
    error instanceof Error && /context was destroyed|cannot find context|because of a navigation/i.test(error.message)
  );
}
