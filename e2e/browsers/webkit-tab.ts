// Tabs and engine for WebKitGTK, over WebDriver. A call in the page is asked for its outcome in slices, so that a
// call which waits in one window never holds up another window of the same session.

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { recorderSource } from "./error-recorder.ts";
import type { WebDriverBrowser } from "./find.ts";
import { PageLeftError } from "./page-call.ts";
import type {
  ColorScheme,
  Engine,
  Json,
  PageFunction,
  Profile,
  Tab,
  TabOptions,
  Viewport,
  WaitOptions,
} from "./tab.ts";
import { defaultViewport } from "./tab.ts";
import { VirtualDisplay } from "./virtual-display.ts";
import { evaluateIn, waitIn } from "./wait.ts";
import { type SendCommand, WebDriverError, WebKitDriver } from "./webkit-driver.ts";

const sliceMs = 50;
const elementKey = "element-6066-11e4-a52e-4f735466cecf"; // fixed by the WebDriver specification

export class WebKitEngine implements Engine {
  readonly name = "webkit";
  readonly version: string;
  readonly #browser: WebDriverBrowser;
  readonly #display: VirtualDisplay;
  readonly #drivers: Map<ColorScheme, WebKitDriver>;

  private constructor(browser: WebDriverBrowser, display: VirtualDisplay, lightDriver: WebKitDriver) {
    this.version = `WebKitGTK ${lightDriver.version}`;
    this.#browser = browser;
    this.#display = display;
    this.#drivers = new Map([["light", lightDriver]]);
  }

  static async start(browser: WebDriverBrowser): Promise<WebKitEngine> {
    const display = await VirtualDisplay.start(browser.displayPath);
    try {
      return new WebKitEngine(browser, display, await WebKitDriver.start(browser, display.name, "light"));
    } catch (error) {
      await display.close();
      throw error;
    }
  }

  async newProfile(options: TabOptions = {}): Promise<Profile> {
    const driver = await this.#driverFor(options.colorScheme ?? "light");
    return new WebKitProfile(driver, options.viewport ?? defaultViewport);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map((driver) => driver.close()));
    await this.#display.close();
  }

  // The colour scheme is the desktop's theme, which a browser reads when it starts: each scheme has its own.
  async #driverFor(colorScheme: ColorScheme): Promise<WebKitDriver> {
    const running = this.#drivers.get(colorScheme);
    if (running !== undefined) return running;
    const driver = await WebKitDriver.start(this.#browser, this.#display.name, colorScheme);
    this.#drivers.set(colorScheme, driver);
    return driver;
  }
}

class WebKitProfile implements Profile {
  readonly #driver: WebKitDriver;
  readonly #viewport: Viewport;
  readonly #tabs: WebKitTab[] = [];

  constructor(driver: WebKitDriver, viewport: Viewport) {
    this.#driver = driver;
    this.#viewport = viewport;
  }

  async newTab(): Promise<Tab> {
    const tab = new WebKitTab(this.#driver, await this.#driver.openWindow());
    this.#tabs.push(tab);
    await tab.resize(this.#viewport);
    return tab;
  }

  // Other storage is kept per origin, and each test's site has an origin of its own; cookies disregard the port.
  async close(): Promise<void> {
    for (const tab of this.#tabs) {
      await tab.deleteCookies();
      await tab.close();
    }
  }
}

/** A window that cannot have the size is as near to it as it gets after so many attempts. */
const maxResizes = 20;

/** What a script's end is called whose page went away under it. */
const leftCodes: ReadonlySet<string> = new Set(["javascript error", "no such frame"]);

class WebKitTab implements Tab {
  readonly engineName = "webkit";
  readonly #driver: WebKitDriver;
  readonly #handle: string;
  readonly #earlierErrors: string[] = [];
  #closed = false;

  constructor(driver: WebKitDriver, handle: string) {
    this.#driver = driver;
    this.#handle = handle;
  }

  async goto(url: string): Promise<void> {
    this.#earlierErrors.push(...(await this.#currentErrors()));
    await this.#command((send) => send("POST", "/url", { url }));
    await this.#command((send) => send("POST", "/execute/sync", { script: recorderSource, args: [] }));
  }

  // A script that runs when its page is kept for later would not answer before the page is back: no script goes there.
  async back(): Promise<void> {
    await this.#command((send) => send("POST", "/back", {}));
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
    await this.#command(async (send) => {
      await send("POST", `/element/${await findElement(send, selector)}/click`, {});
    });
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.#command(async (send) => {
      const element = await findElement(send, selector);
      await send("POST", `/element/${element}/clear`, {});
      await send("POST", `/element/${element}/value`, { text });
    });
  }

  async hide(): Promise<boolean> {
    await this.#command((send) => send("POST", "/window/minimize", {}));
    return true;
  }

  // The driver has no such command.
  async setOffline(): Promise<boolean> {
    return false;
  }

  async text(selector: string): Promise<string> {
    await this.#command((send) => findElement(send, selector));
    // biome-ignore lint/performance/useDomNodeTextContent: the text as rendered is what is asked for
    return await this.evaluate((css) => document.querySelector<HTMLElement>(css)?.innerText ?? "", selector);
  }

  // The driver sizes the window's frame, and answers before the page knows its new size: what is measured then is the
  // old one, and the border that follows from it is wrong. So it is asked again until page and wish agree.
  async resize(size: Viewport): Promise<Viewport> {
    let border = 0;
    for (let attempt = 1; ; attempt++) {
      const frame = { x: 0, y: 0, width: size.width, height: size.height + border };
      await this.#command((send) => send("POST", "/window/rect", frame));
      const { border: measured, ...inner } = await this.#measure();
      if (inner.height === size.height || attempt === maxResizes) return inner;
      border = measured;
    }
  }

  async screenshot(path: string): Promise<void> {
    const base64 = (await this.#command((send) => send("GET", "/screenshot"))) as string;
    await writeFile(path, Buffer.from(base64, "base64"));
  }

  async consoleErrors(): Promise<readonly string[]> {
    return [...this.#earlierErrors, ...(await this.#currentErrors())];
  }

  async deleteCookies(): Promise<void> {
    if (!this.#closed) await this.#command((send) => send("DELETE", "/cookie"));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#command((send) => send("DELETE", "/window"));
  }

  async #command<Result>(use: (send: SendCommand) => Promise<Result>): Promise<Result> {
    return await this.#driver.inWindow(this.#handle, use);
  }

  async #measure(): Promise<Viewport & { readonly border: number }> {
    return await this.evaluate(() => ({
      width: innerWidth,
      height: innerHeight,
      border: outerHeight - innerHeight,
    }));
  }

  async #currentErrors(): Promise<readonly string[]> {
    return await this.evaluate(() => globalThis.wirewayRecordedErrors ?? []);
  }

  // The call is started with the first slice and kept in the page; each later slice asks for it again.
  readonly #run = async (source: string): Promise<string> => {
    const id = randomUUID();
    const start = `kept.set(id, ${source});`;
    for (let script = sliceScript(start); ; script = sliceScript("")) {
      const slice = await this.#runSlice(script, id);
      if (slice.state === "done") return slice.text;
      if (slice.state === "left") throw new PageLeftError("the page was left while a call ran in it");
    }
  };

  async #runSlice(script: string, id: string): Promise<Slice> {
    try {
      const args = [id, sliceMs];
      return (await this.#command((send) => send("POST", "/execute/async", { script, args }))) as Slice;
    } catch (error) {
      if (error instanceof WebDriverError && leftCodes.has(error.code)) return { state: "left" };
      throw error;
    }
  }
}

type Slice = { readonly state: "done"; readonly text: string } | { readonly state: "running" | "left" };

function sliceScript(start: string): string {
  return `const [id, sliceMs, answer] = arguments;
const kept = (globalThis.wirewayKeptCalls ??= new Map());
${start}
const call = kept.get(id);
if (call === undefined) answer({ state: "left" });
else {
  const slice = new Promise((resolve) => setTimeout(resolve, sliceMs));
  Promise.race([call, slice]).then((text) => {
    if (text !== undefined) kept.delete(id);
    answer(text === undefined ? { state: "running" } : { state: "done", text });
  });
}`;
}

async function findElement(send: SendCommand, selector: string): Promise<string> {
  const element = await send("POST", "/element", { using: "css selector", value: selector });
  return String((element as Readonly<Record<string, string>>)[elementKey]);
}
