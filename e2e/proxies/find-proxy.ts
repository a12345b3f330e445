// Which program serves for each proxy that the tests run, and what Debian calls its package. Only the system's own: nobody
// downloads a proxy for a test. Not here: installing what is missing (scripts/ensure-proxies.mjs).

import { delimiter, join } from "node:path";
import { isExecutable } from "../is-executable.ts";

export type ProxyName = "nginx" | "haproxy" | "squid" | "apache" | "caddy";

interface Program {
  /** What the program may be called; Apache's name is the distribution's choice. */
  readonly names: readonly string[];
  readonly debianPackage: string;
}

export const proxyPrograms: Readonly<Record<ProxyName, Program>> = {
  nginx: { names: ["nginx"], debianPackage: "nginx-light" },
  haproxy: { names: ["haproxy"], debianPackage: "haproxy" },
  squid: { names: ["squid"], debianPackage: "squid" },
  apache: { names: ["apache2", "httpd"], debianPackage: "apache2" },
  caddy: { names: ["caddy"], debianPackage: "caddy" },
};

export const proxyNames: readonly ProxyName[] = Object.keys(proxyPrograms) as ProxyName[];

/** Servers live where only the administrator's PATH looks. */
const furtherFolders = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

/** The program's path; undefined when it is not installed. */
export function findProxy(name: ProxyName): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...furtherFolders];
  return proxyPrograms[name].names
    .flatMap((program) => folders.map((folder) => join(folder, program)))
    .find((path) => isExecutable(path));
}
