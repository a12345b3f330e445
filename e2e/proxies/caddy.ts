// Caddy in front of a server. Without a fragment it is what `reverse_proxy` alone makes of it: upgrades pass, streams too.
// Source: caddyserver.com/docs/caddyfile/directives/reverse_proxy.

import { type Configure, errorLogOf, type RealProxy, startProxy } from "./proxy-process.ts";

/** Lines of configuration, by the block that they belong to. */
export interface CaddyFragment {
  readonly site?: readonly string[];
  readonly reverseProxy?: readonly string[];
}

/** @param config the sites */
export async function startCaddy(target: string, config: Configure): Promise<RealProxy> {
  return await startProxy(
    {
      name: "caddy",
      args: (path) => ["run", "--adapter", "caddyfile", "--config", path],
      // It writes down its last configuration and what it knows of certificates.
      env: ({ folder }) => ({ HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }),
      config: (place) => `
{
  admin off
  auto_https off
  grace_period 100ms
  log {
    output file ${errorLogOf(place)}
    level WARN
  }
}
${config(place)}
`,
    },
    target,
  );
}

export function caddySite(...fragments: readonly CaddyFragment[]): Configure {
  return ({ port, target }) => `
http://127.0.0.1:${port} {
  bind 127.0.0.1
  ${fragments.flatMap(({ site = [] }) => site).join("\n  ")}
  reverse_proxy ${target} {
    ${fragments.flatMap(({ reverseProxy = [] }) => reverseProxy).join("\n    ")}
  }
}
`;
}

export function caddyCompresses(): CaddyFragment {
  return { site: ["encode gzip"] };
}

export function caddyStripsUpgrades(): CaddyFragment {
  return { reverseProxy: ["header_up -Upgrade", "header_up -Connection"] };
}
