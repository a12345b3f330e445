// Apache in front of a server. Without a fragment it is what `ProxyPass` alone makes of it: no upgrades.
// Source: httpd.apache.org/docs/2.4/mod/mod_proxy.html.

import { existsSync } from "node:fs";
import { type Configure, errorLogOf, type RealProxy, startProxy } from "./proxy-process.ts";

/** Lines of configuration, by where they belong. */
export interface ApacheFragment {
  /** Behind the address in `ProxyPass`. */
  readonly proxyPass?: readonly string[];
  readonly host?: readonly string[];
}

const modules = [
  "mpm_event",
  "authz_core",
  "unixd",
  "headers",
  "filter",
  "deflate",
  "proxy",
  "proxy_http",
  "proxy_wstunnel",
  "rewrite",
  "setenvif",
  "reqtimeout",
];

/** Where distributions keep the modules. */
const moduleFolders = ["/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules"];

/** @param config what stands beside modules, logs and users */
export async function startApache(target: string, config: Configure): Promise<RealProxy> {
  const folder = moduleFolders.find((path) => existsSync(path)) ?? "modules";
  return await startProxy(
    {
      name: "apache",
      args: (path) => ["-D", "FOREGROUND", "-f", path],
      config: (place) => `
ServerRoot ${place.folder}
DefaultRuntimeDir ${place.folder}
PidFile ${place.folder}/apache.pid
ErrorLog ${errorLogOf(place)}
LogLevel warn
ServerName 127.0.0.1
Listen 127.0.0.1:${place.port}
${modules
  .filter((name) => existsSync(`${folder}/mod_${name}.so`))
  .map((name) => `LoadModule ${name}_module ${folder}/mod_${name}.so`)
  .join("\n")}
${process.getuid?.() === 0 ? "User nobody\nGroup nogroup" : ""}
StartServers 1
ServerLimit 2
ThreadsPerChild 50
MaxRequestWorkers 100
${config(place)}
`,
    },
    target,
  );
}

export function apacheSite(...fragments: readonly ApacheFragment[]): Configure {
  return ({ port, target }) => `
<VirtualHost 127.0.0.1:${port}>
  ProxyPreserveHost On
  ${fragments.flatMap(({ host = [] }) => host).join("\n  ")}
  ProxyPass / http://${target}/ ${fragments.flatMap(({ proxyPass = [] }) => proxyPass).join(" ")}
</VirtualHost>
`;
}

export function apachePassesUpgrades(): ApacheFragment {
  return { proxyPass: ["upgrade=websocket"] };
}

export function apacheGzipsEverything(): ApacheFragment {
  return { host: ["SetOutputFilter DEFLATE"] };
}
