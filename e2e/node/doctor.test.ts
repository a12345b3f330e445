// The doctor as its users have it: a program of its own, in front of real proxies. Whoever follows its advice to the letter,
// and does nothing else, gets a server that everything reaches.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report, Setting } from "@wireway/doctor";
import { Server } from "@wireway/server";
import { afterEach, describe, expect, test } from "vitest";
import { startApache } from "../proxies/apache.ts";
import { type HaproxyFragment, haproxySite, startHaproxy } from "../proxies/haproxy.ts";
import { startNginx } from "../proxies/nginx.ts";
import { createStage } from "./stage.ts";

const packageFile = createRequire(import.meta.url).resolve("@wireway/doctor/package.json");
const { bin } = JSON.parse(readFileSync(packageFile, "utf8")) as { bin: Record<string, string> };
const program = join(dirname(packageFile), bin["wireway-doctor"] ?? "");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function doctor(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env }, stdio: "pipe" });
  const ended = once(child, "close") as Promise<[number | null]>;
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await ended;
  return { code, stdout, stderr };
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A Wireway server, as `host:port`. */
async function serve(options: ConstructorParameters<typeof Server>[0] = {}): Promise<string> {
  const wireway = new Server(options);
  const http = await wireway.listen(0, "127.0.0.1");
  closers.push(() => wireway.close({ timeoutMs: 0 }));
  return `127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** Lines of nginx by what may stand only once: the directive, and for headers their name. */
class Directives {
  readonly #lines = new Map<string, string>();

  constructor(lines: readonly string[]) {
    this.write(lines);
  }

  /** Replaces lines of the same name. */
  write(lines: readonly string[]): void {
    for (const line of lines) {
      const [directive = "", name = ""] = line.split(/\s+/);
      this.#lines.set(directive === "proxy_set_header" ? `${directive} ${name}` : directive, line);
    }
  }

  toString(): string {
    return [...this.#lines.values()].join("\n");
  }
}

/** What was found, as `check: diagnosis`. */
function found({ checks }: Report): string[] {
  return checks.flatMap(({ check, findings }) => findings.map(({ diagnosis }) => `${check}: ${diagnosis}`));
}

function linesOf(settings: readonly Setting[], where: string): string[] {
  expect(new Set(settings.map(({ product }) => product))).toEqual(new Set(["nginx"]));
  return settings.filter((setting) => setting.where === where).flatMap(({ lines }) => lines);
}

describe("behind nginx", () => {
  const beginnings = [
    {
      name: "proxy_pass alone",
      lines: [],
      expected: ["origin: host_rewritten", "websocket: upgrade_stripped", "bodies: body_limit"],
    },
    {
      name: "everything that hurts",
      lines: [
        "proxy_set_header Host $host;",
        "proxy_buffering on;",
        "proxy_ignore_headers X-Accel-Buffering;",
        "proxy_read_timeout 2s;",
        "client_max_body_size 16k;",
      ],
      expected: [
        "origin: host_rewritten",
        "websocket: upgrade_stripped",
        "streaming: stream_held",
        "sse: stream_held",
        "bodies: body_limit",
        "idle: idle_cut",
      ],
    },
  ];

  test.each(beginnings)(
    "the advice alone leads from $name to a server that everything reaches",
    async ({ lines, expected }) => {
      // Its ping comes later than what cuts the quiet.
      const target = await serve({ pingIntervalMs: 3_000 });
      const location = new Directives(lines);
      const http = new Directives([]);
      const examineBehindNginx = async (): Promise<Report> => {
        const nginx = await startNginx(
          target,
          ({ port }) => `
${http}
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://${target};
    ${location}
  }
}`,
        );
        try {
          const { code, stdout, stderr } = await doctor(["--json", "--idle", nginx.url]);
          const report = JSON.parse(stdout) as Report;
          expect([code, stderr]).toEqual([report.exitCode, ""]);
          return report;
        } finally {
          await nginx.close();
        }
      };

      const before = await examineBehindNginx();
      // Pages are shut out, as the server knows its address by Host alone.
      expect(before).toMatchObject({ exitCode: 2, server: { product: "nginx" } });
      expect(found(before)).toEqual(expected);
      http.write(linesOf(before.settings, "http"));
      location.write(linesOf(before.settings, "location"));
      const after = await examineBehindNginx();
      expect(found(after)).toEqual([]);
      expect(after.exitCode).toBe(0);
      expect(after.checks.find(({ check }) => check === "client")?.summary).toBe("connected over websocket");
    },
    40_000,
  );
});

test("the advice alone leads from a bare ProxyPass of Apache's to a server that everything reaches", async () => {
  const target = await serve();
  const examineBehindApache = async (lines: readonly string[]): Promise<Report> => {
    const apache = await startApache(
      target,
      ({ port }) => `<VirtualHost 127.0.0.1:${port}>\n${lines.join("\n")}\n</VirtualHost>`,
    );
    try {
      return JSON.parse((await doctor(["--json", apache.url])).stdout) as Report;
    } finally {
      await apache.close();
    }
  };
  const { exitCode, settings } = await examineBehindApache([`ProxyPass /wireway/ http://${target}/wireway/`]);
  expect([exitCode, settings.map(({ product, where }) => [product, where])]).toEqual([2, [["apache", "VirtualHost"]]]);
  // Only the owner of the server knows its address.
  const lines = settings.flatMap((setting) => setting.lines).map((line) => line.replaceAll("127.0.0.1:3000", target));
  expect(await examineBehindApache(lines)).toMatchObject({ exitCode: 0, settings: [] });
});

test("a stream that haproxy delays is told, with the option that mends it", async () => {
  const target = await serve();
  const seen = async (...fragments: HaproxyFragment[]): Promise<Report> => {
    const haproxy = await startHaproxy(target, haproxySite(...fragments));
    try {
      return JSON.parse((await doctor(["--json", haproxy.url])).stdout) as Report;
    } finally {
      await haproxy.close();
    }
  };
  const before = await seen();
  expect(found(before).join()).toContain("stream_delayed");
  const advised = before.settings.filter(({ product }) => product === "haproxy");
  expect(advised).toEqual([{ product: "haproxy", where: "frontend and backend", lines: ["option http-no-delay"] }]);
  const lines = advised.flatMap((setting) => setting.lines);
  expect(await seen({ frontend: lines, backend: lines })).toMatchObject({ exitCode: 0, settings: [] });
});

describe("the program", () => {
  test("ends with 0, 1 or 2, and writes nothing to stderr", async () => {
    const { proxy, ...stage } = await createStage();
    closers.push(() => stage.close());
    expect(await doctor([proxy.url])).toMatchObject({ code: 0, stderr: "" });
    proxy.setWeather({ upgrade: { refuse: 403 } });
    expect(await doctor([proxy.url])).toMatchObject({ code: 1, stderr: "" });
    proxy.setWeather({ captivePortal: true });
    expect(await doctor([proxy.url])).toMatchObject({ code: 2, stderr: "" });
  });

  test("says what is wrong with its command line on stderr, and ends with 2", async () => {
    const { code, stdout, stderr } = await doctor(["--nonsense"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Usage: npx @wireway/doctor");
  });

  test("ends by itself where everything is swallowed", async () => {
    const sockets = new Set<Socket>();
    const server = createTcpServer((socket) => void sockets.add(socket.resume())).listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await doctor(["--timeout-ms", "500", `http://127.0.0.1:${port}`])).toMatchObject({ code: 2, stderr: "" });
    expect(await doctor(["--timeout-ms", "500", `https://127.0.0.1:${port}`])).toMatchObject({ code: 2, stderr: "" });
  });

  test("ends by itself where only the first request is answered", async () => {
    const { proxy, ...stage } = await createStage();
    closers.push(() => stage.close());
    // The server check and what is asked first get through; then the path starves.
    let requests = 0;
    proxy.on("request", () => {
      requests += 1;
      if (requests === 3) proxy.setWeather({ upgrade: "swallow", starveResponsesAfterMs: 0 });
    });
    const { code, stdout, stderr } = await doctor(["--json", "--timeout-ms", "500", proxy.url]);
    expect([code, stderr]).toEqual([2, ""]);
    const report = JSON.parse(stdout) as Report;
    expect(report.checks.find(({ check }) => check === "server")?.verdict).toBe("works");
    expect(report.checks.find(({ check }) => check === "websocket")?.verdict).toBe("fails");
  });

  test("finds nothing wrong with TLS by an authority that it was told of", async () => {
    const certificates = new URL("../../packages/doctor/test/certificates/", import.meta.url);
    const file = (name: string): string => fileURLToPath(new URL(`self-signed.${name}.pem`, certificates));
    const https = createTlsServer({ key: readFileSync(file("key")), cert: readFileSync(file("cert")) });
    const wireway = new Server();
    wireway.attach(https);
    https.listen(0, "127.0.0.1");
    await once(https, "listening");
    closers.push(async () => {
      await wireway.close({ timeoutMs: 0 });
      https.closeAllConnections();
      https.close();
    });
    const url = `https://localhost:${(https.address() as AddressInfo).port}`;
    const { code, stdout, stderr } = await doctor([url], { NODE_EXTRA_CA_CERTS: file("cert") });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^certificate +works +TLSv1\.3, valid until 21/m);
    expect(stdout).toMatch(/^client +works .*connected over websocket$/m);
  });
});
