// nginx in front of a server, and what nginx can be told to put in the way. Without a fragment it is what `proxy_pass`
// alone makes of it: HTTP/1.0 to the server, no upgrades, responses buffered unless they ask not to be.
// Source: nginx.org/en/docs/http/ngx_http_proxy_module.html.

import { type Configure, errorLogOf, type RealProxy, startProxy } from "./proxy-process.ts";

/** Lines of configuration, by the block that they belong to. */
export interface NginxFragment {
  readonly http?: readonly string[];
  readonly location?: readonly string[];
}

/** @param config what stands in the `http` block */
export async function startNginx(target: string, config: Configure): Promise<RealProxy> {
  return await startProxy(
    {
      name: "nginx",
      args: (path, { folder }) => ["-p", folder, "-c", path, "-e", `${folder}/error.log`],
      config: (place) => `
daemon off;
# One process, so that it needs no other user when root starts it.
master_process off;
pid ${place.folder}/nginx.pid;
error_log ${errorLogOf(place)} warn;
events {}
http {
  access_log off;
  client_body_temp_path ${place.folder}/body;
  proxy_temp_path ${place.folder}/proxy;
  fastcgi_temp_path ${place.folder}/fastcgi;
  uwsgi_temp_path ${place.folder}/uwsgi;
  scgi_temp_path ${place.folder}/scgi;
  ${config(place)}
}
`,
    },
    target,
  );
}

export function nginxSite(...fragments: readonly NginxFragment[]): Configure {
  return ({ port, target }) => `
${fragments.flatMap(({ http = [] }) => http).join("\n")}
server {
  listen 127.0.0.1:${port};
  location / {
    proxy_pass http://${target};
    proxy_set_header Host $http_host;
    ${fragments.flatMap(({ location = [] }) => location).join("\n    ")}
  }
}`;
}

export function nginxPassesUpgrades(): NginxFragment {
  return {
    http: ["map $http_upgrade $connection_upgrade { default upgrade; '' ''; }"],
    location: [
      "proxy_http_version 1.1;",
      "proxy_set_header Upgrade $http_upgrade;",
      "proxy_set_header Connection $connection_upgrade;",
    ],
  };
}

export function nginxRefusesUpgrades(status: number): NginxFragment {
  return { location: [`if ($http_upgrade) { return ${status}; }`] };
}

/** Nobody listens where upgrades are sent, so that nginx answers 502. */
export function nginxLosesUpgrades(): NginxFragment {
  return { location: ["if ($http_upgrade) { proxy_pass http://127.0.0.1:9; }"] };
}

/** HTTP/1.1 to the server, and still no upgrades. */
export function nginxSpeaksHttp11(): NginxFragment {
  return { location: ["proxy_http_version 1.1;", 'proxy_set_header Connection "";'] };
}

/** Buffers what asks not to be buffered too. Together with HTTP/1.0 to the server, streams are held to their end. */
export function nginxHoldsResponses(): NginxFragment {
  return { location: ["proxy_buffering on;", "proxy_ignore_headers X-Accel-Buffering;"] };
}

export function nginxGzipsEverything(): NginxFragment {
  return { http: ["gzip on;", "gzip_types *;", "gzip_proxied any;", "gzip_min_length 1;"] };
}

/** Cuts what is quiet for so long. */
export function nginxCutsIdle(seconds: number): NginxFragment {
  return {
    location: [`proxy_read_timeout ${seconds}s;`, `proxy_send_timeout ${seconds}s;`, `send_timeout ${seconds}s;`],
  };
}

export function nginxLimitsBodies(size: string): NginxFragment {
  return { location: [`client_max_body_size ${size};`] };
}
