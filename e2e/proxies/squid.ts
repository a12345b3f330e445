// Squid as an accelerator in front of a server, so that clients reach it by its address; what it does to requests and
// responses is what it does as a forward proxy too. Without a fragment it is Squid as it comes: no upgrades, no caching.
// Source: squid-cache.org/Doc/config.

import { type Configure, errorLogOf, type RealProxy, startProxy } from "./proxy-process.ts";

/** Lines of configuration. */
export type SquidFragment = readonly string[];

/** @param config what stands beside logs, limits and users */
export async function startSquid(target: string, config: Configure): Promise<RealProxy> {
  return await startProxy(
    {
      name: "squid",
      // `-N` stays in the foreground, as one process.
      args: (path) => ["-N", "-f", path],
      config: (place) => `
pid_filename none
cache_log ${errorLogOf(place)}
access_log none
coredump_dir ${place.folder}
visible_hostname squid.test
cache deny all
cache_mem 0
# Squid prepares for as many as the system allows, which may be a million.
max_filedescriptors 1024
shutdown_lifetime 0 seconds
pinger_enable off
${config(place)}
`,
    },
    target,
  );
}

export function squidSite(...fragments: readonly SquidFragment[]): Configure {
  return ({ port, target }) => {
    const [host, targetPort] = target.split(":");
    return `
http_port 127.0.0.1:${port} accel defaultsite=127.0.0.1:${port} no-vhost
cache_peer ${host} parent ${targetPort} 0 no-query no-digest originserver name=app
cache_peer_access app allow all
never_direct allow all
http_access allow all
${fragments.flat().join("\n")}
`;
  };
}

/** A forward proxy, as networks have it that let nothing out by itself. It does not know what it will be asked for. */
export function squidForward(...fragments: readonly SquidFragment[]): Configure {
  return ({ port }) => `
http_port 127.0.0.1:${port}
${fragments.flat().join("\n")}
http_access allow all
`;
}

/** As in the configuration that Squid comes with. Browsers ask for a tunnel for `ws` too, and that is not port 443. */
export function squidTunnelsTlsOnly(): SquidFragment {
  return ["acl tls_ports port 443", "http_access deny CONNECT !tls_ports"];
}

export function squidPassesUpgrades(): SquidFragment {
  return ["http_upgrade_request_protocols websocket allow all"];
}

export function squidRefusesUpgrades(): SquidFragment {
  // Before `allow all`: the first rule that fits decides.
  return ["acl upgrade req_header Upgrade .", "adapted_http_access deny upgrade"];
}

/** Cuts what is quiet for so long. */
export function squidCutsIdle(seconds: number): SquidFragment {
  return [`read_timeout ${seconds} seconds`, `client_lifetime 1 day`];
}
