// What is no Wireway server, or one that cannot be had: names, ports, TLS, other applications, other origins.

import { afterEach, describe, expect, test } from "vitest";
import type { ExamineOptions } from "../src/target.ts";
import { checkOf, examined, found, Scene } from "./scene.ts";

const scene = new Scene();
afterEach(() => scene.close());

/** Nothing works, and one thing is to blame; everything after it is skipped. */
async function onlyFinding(
  url: string,
  options: Partial<ExamineOptions> = {},
): Promise<{ name: string; text: string }> {
  const report = await examined(url, options);
  expect(report).toMatchObject({ verdict: "fails", exitCode: 2 });
  expect(found(report)).toHaveLength(1);
  const finding = report.checks.flatMap(({ findings }) => findings)[0];
  return { name: found(report)[0] ?? "", text: `${finding?.evidence} | ${finding?.advice}` };
}

describe("on the way there", () => {
  test("a name that does not exist", async () => {
    expect((await onlyFinding("http://nobody.invalid")).name).toBe("reach: name_unknown");
  });

  test("a port on which nothing listens", async () => {
    const url = await scene.foreign(() => {});
    await scene.close();
    expect(await onlyFinding(url)).toMatchObject({
      name: "reach: connection_refused",
      text: expect.stringMatching(/ECONNREFUSED.*Start the server/),
    });
  });

  test("a service that speaks no HTTP", async () => {
    const url = await scene.tcp((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect((await onlyFinding(url)).name).toBe("server: no_http");
  });

  test("a port that accepts and says nothing", async () => {
    const url = await scene.tcp((socket) => socket.resume());
    expect((await onlyFinding(url, { timeoutMs: 300 })).name).toBe("server: silent");
  });
});

describe("TLS", () => {
  test("a certificate that is signed by itself", async () => {
    const { url } = await scene.secure("self-signed");
    expect(await onlyFinding(url)).toMatchObject({
      name: "certificate: certificate_untrusted",
      text: expect.stringMatching(/signed by itself.*NODE_EXTRA_CA_CERTS.*--insecure/),
    });
  });

  test("one that is signed by itself, when told to look past it", async () => {
    const { url } = await scene.secure("self-signed");
    const report = await examined(url, { insecure: true });
    expect(found(report)).toEqual(["certificate: certificate_untrusted"]);
    expect(report).toMatchObject({ verdict: "hindered", exitCode: 1 });
    for (const name of ["websocket", "streaming", "sse", "polling", "bodies"] as const) {
      expect([name, checkOf(report, name).verdict]).toEqual([name, "works"]);
    }
    expect(checkOf(report, "client").verdict).toBe("skipped");
  });

  test("one that is expired", async () => {
    const { url } = await scene.secure("expired");
    const report = await examined(url);
    expect(found(report)).toEqual(["certificate: certificate_expired"]);
    expect(checkOf(report, "certificate").summary).toContain("expired on 2021-01-01");
  });

  test("each fault of one that is for another name, and signed by itself", async () => {
    const { url } = await scene.secure("wrong-name");
    const report = await examined(url);
    expect(found(report)).toEqual(["certificate: certificate_wrong_name", "certificate: certificate_untrusted"]);
    expect(checkOf(report, "certificate").summary).toContain("issued to DNS:elsewhere.example, not localhost");
  });

  test("http where https is spoken", async () => {
    const { port } = await scene.secure("self-signed");
    expect((await onlyFinding(`http://localhost:${port}`)).name).toBe("server: http_on_https_port");
  });

  test("https where http is spoken", async () => {
    const { port } = await scene.wireway();
    expect((await onlyFinding(`https://127.0.0.1:${port}`)).name).toBe("certificate: https_on_http_port");
  });
});

describe("somebody else", () => {
  test("another path", async () => {
    const { url } = await scene.wireway({ path: "/live/" });
    expect((await onlyFinding(url)).name).toBe("server: wrong_path");
    expect((await examined(url, { path: "/live/" })).exitCode).toBe(0);
  });

  const answers = [
    { who: "a page", status: 200, headers: { "content-type": "text/html" }, name: "server: not_wireway" },
    { who: "a redirect", status: 301, headers: { location: "https://example.com/" }, name: "server: redirected" },
    { who: "a login", status: 401, headers: { "www-authenticate": "Basic" }, name: "server: login_required" },
    { who: "a proxy's login", status: 407, headers: {}, name: "server: login_required" },
    { who: "a firewall", status: 403, headers: { server: "cloudflare" }, name: "server: blocked" },
    { who: "a rate limit", status: 429, headers: {}, name: "server: blocked" },
    { who: "a gateway", status: 504, headers: { server: "nginx/1.27" }, name: "server: upstream_down" },
    {
      who: "an application whose errors look alike",
      status: 404,
      headers: { "content-type": "application/json" },
      body: '{"code":"no_such_page","message":"no such page"}',
      name: "server: wrong_path",
    },
    {
      who: "a server of another version",
      status: 400,
      headers: { "content-type": "application/json; charset=utf-8" },
      body: '{"code":"unsupported_version","message":"query v must be 2"}',
      name: "server: version_unsupported",
    },
    {
      who: "a server that is closing",
      status: 503,
      headers: { "content-type": "application/json; charset=utf-8", "retry-after": "7" },
      body: '{"code":"server_closed","message":"server is closing"}',
      name: "server: server_closing",
    },
  ];

  test.each(answers)("$who", async ({ status, headers, body = "<title>Nothing here</title>", name }) => {
    const url = await scene.foreign((_request, response) => response.writeHead(status, { ...headers }).end(body));
    const finding = await onlyFinding(url);
    expect(finding.name).toBe(name);
    expect(finding.text).toContain(String(status));
    if ("location" in headers) expect(finding.text).toContain("to https://example.com/");
    if ("retry-after" in headers) expect(finding.text).toContain("Retry-After: 7");
  });

  test("the intermediary that gives itself away is named, and its settings alone are shown", async () => {
    const url = await scene.foreign((_request, response) => response.writeHead(502, { server: "nginx/1.27" }).end());
    const report = await examined(url);
    expect(report.server).toMatchObject({ product: "nginx", headers: { server: "nginx/1.27" } });
    expect(new Set(report.settings.map(({ product }) => product))).toEqual(new Set(["nginx"]));
  });
});

describe("origins", () => {
  test("an origin that the server does not list is refused, and the rest is examined without it", async () => {
    const { url } = await scene.wireway({ origins: ["https://app.example.com"] });
    const report = await examined(url, { origin: "https://other.example.com" });
    expect(found(report)).toEqual(["origin: origin_refused"]);
    expect(checkOf(report, "origin").findings[0]?.advice).toContain('origins: ["https://other.example.com"]');
    expect(checkOf(report, "websocket").verdict).toBe("works");
    expect(report.exitCode).toBe(2);
  });

  test("an origin that it lists may connect", async () => {
    const { url } = await scene.wireway({ origins: ["https://app.example.com"] });
    const report = await examined(url, { origin: "https://app.example.com" });
    expect(found(report)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, origin: "https://app.example.com" });
  });

  test("a Host that a proxy changes shuts out the server's own pages", async () => {
    const { url } = await scene.wireway();
    const report = await examined(url, { headers: { host: "backend:3000" } });
    expect(found(report)).toEqual(["origin: host_rewritten"]);
    expect(report.settings.flatMap(({ lines }) => lines)).toContain("proxy_set_header Host $http_host;");
  });

  test.each([
    ["is repeated", "https://app.example.com, *"],
    ["is another's", "*"],
    ["is taken away", undefined],
  ])("a header for pages that %s is told", async (_how, value) => {
    const { url } = await scene.proxied(
      { origins: "*" },
      {
        intercept: (request, response) => {
          if (request.method !== "GET" || request.headers.upgrade !== undefined) return false;
          const cors = value === undefined ? {} : { "access-control-allow-origin": value };
          response.writeHead(426, { "content-type": "application/json; charset=utf-8", ...cors });
          response.end('{"code":"not_upgradable","message":"transport websocket needs an upgrade request"}');
          return true;
        },
      },
    );
    const report = await examined(url, { origin: "https://app.example.com" });
    expect(found(report)).toContain("origin: cors_header_changed");
    expect(report.exitCode).toBe(2);
  });
});
