// One WebKitWebDriver process with its one session: plain WebDriver (W3C) over fetch. It knows windows and scripts,
// not tabs or tests. Windows share the session, so commands for different windows take turns, each short.

import { freePort } from "../free-port.ts";
import type { WebDriverBrowser } from "./find.ts";
import { LeashedProcess } from "./leashed-process.ts";
import type { ColorScheme } from "./tab.ts";

const startAttempts = 3;
const startTimeoutMs = 15_000;
const elementTimeoutMs = 10_000;
const pageLoadTimeoutMs = 20_000;

/** What the driver refused; `code` is WebDriver's error code, such as `no such element`. */
export class WebDriverError extends Error {
  override readonly name = "WebDriverError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

/** Sends one command of the session; the path is relative to it. */
export type SendCommand = (method: "GET" | "POST" | "DELETE", path: string, body?: object) => Promise<unknown>;

export class WebKitDriver {
  readonly version: string;
  readonly #process: LeashedProcess;
  readonly #send: SendCommand;
  readonly #firstHandle: string;
  #turn: Promise<unknown> = Promise.resolve();
  #currentHandle: string | undefined;

  private constructor(process: LeashedProcess, send: SendCommand, firstHandle: string, version: string) {
    this.#process = process;
    this.#send = send;
    this.#firstHandle = firstHandle;
    this.version = version;
  }

  static async start(browser: WebDriverBrowser, display: string, colorScheme: ColorScheme): Promise<WebKitDriver> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await WebKitDriver.#startOnce(browser, display, colorScheme);
      } catch (error) {
        if (attempt === startAttempts) throw error; // else another worker may have taken the port in between
      }
    }
  }

  static async #startOnce(browser: WebDriverBrowser, display: string, colorScheme: ColorScheme): Promise<WebKitDriver> {
    const port = await freePort();
    const process = new LeashedProcess(browser.driverPath, [`--port=${port}`], {
      DISPLAY: display,
      GDK_BACKEND: "x11",
      GTK_THEME: colorScheme === "dark" ? "Adwaita:dark" : "Adwaita",
      // Otherwise GTK starts a message bus and accessibility services that outlive it.
      DBUS_SESSION_BUS_ADDRESS: "disabled:",
      GTK_A11Y: "none",
      NO_AT_BRIDGE: "1",
    });
    const origin = `http://127.0.0.1:${port}`;
    try {
      await Promise.race([untilReady(origin), process.failed]);
      const session = (await request("POST", `${origin}/session`, { capabilities: capabilities(browser) })) as {
        readonly sessionId: string;
        readonly capabilities: { readonly browserVersion: string };
      };
      const send: SendCommand = (method, path, body) =>
        request(method, `${origin}/session/${session.sessionId}${path}`, body);
      const firstHandle = (await send("GET", "/window")) as string;
      return new WebKitDriver(process, send, firstHandle, session.capabilities.browserVersion);
    } catch (error) {
      await process.stop();
      throw error;
    }
  }

  /** Opens a window and gives its handle. */
  async openWindow(): Promise<string> {
    // A command needs a current window that is open; the session's first one stays so until the end.
    return await this.inWindow(this.#firstHandle, async (send) => {
      const { handle } = (await send("POST", "/window/new", { type: "window" })) as { readonly handle: string };
      return handle;
    });
  }

  /** Runs commands with a window as the current one. Nothing else is sent meanwhile, so keep it short. */
  async inWindow<Result>(handle: string, use: (send: SendCommand) => Promise<Result>): Promise<Result> {
    return await this.#takeTurn(async () => {
      if (this.#currentHandle !== handle) {
        await this.#send("POST", "/window", { handle });
        this.#currentHandle = handle;
      }
      return await use(this.#send);
    });
  }

  /** Ends the session, the browser and the driver. */
  async close(): Promise<void> {
    await this.#send("DELETE", "").catch(() => {}); // a driver that has ended already is what we want
    await this.#process.stop();
  }

  async #takeTurn<Result>(use: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(use);
    this.#turn = result.catch(() => {});
    return await result;
  }
}

function capabilities(browser: WebDriverBrowser): object {
  return {
    alwaysMatch: {
      acceptInsecureCerts: true,
      timeouts: { implicit: elementTimeoutMs, pageLoad: pageLoadTimeoutMs },
      "webkitgtk:browserOptions": { binary: browser.executablePath, args: ["--automation"] },
    },
  };
}

async function request(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { readonly error: string; readonly message: string };
  throw new WebDriverError(error, message);
}

async function untilReady(origin: string): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      await request("GET", `${origin}/status`);
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20)); // the driver does not say when it listens
    }
  }
}
