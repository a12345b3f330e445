// The lines to write into an intermediary's configuration, by what they mend. Each block says where it belongs.
// Sources: the products' own reference pages; docs/guide/behind-proxies.md has whole configurations.

/** What lines of a configuration mend. */
export type Remedy = "upgrade" | "buffering" | "compression" | "delay" | "idle" | "body" | "host" | "cors" | "path";

/** Intermediaries whose configuration is known. */
export type Product = "nginx" | "haproxy" | "apache" | "caddy" | "cloudflare";

/** Lines for one place of one product's configuration. */
export interface Setting {
  /** Whose configuration it is. */
  readonly product: Product;
  /** Where the lines go, such as `location`. */
  readonly where: string;
  /** As they stand in the file. */
  readonly lines: readonly string[];
}

/** What lines call the server behind the product; only its owner knows its address. */
export const placeholder = "127.0.0.1:3000";

/** PATH, SECONDS and BYTES stand for the examined server's. */
const lines: Record<Remedy, Readonly<Record<Product, readonly (readonly [where: string, ...lines: string[]])[]>>> = {
  upgrade: {
    nginx: [
      ["http", 'map $http_upgrade $connection_upgrade { default upgrade; "" ""; }'],
      [
        "location",
        "proxy_http_version 1.1;",
        "proxy_set_header Upgrade $http_upgrade;",
        "proxy_set_header Connection $connection_upgrade;",
      ],
    ],
    haproxy: [["defaults", "mode http", "timeout tunnel SECONDSs"]],
    apache: [["VirtualHost", "ProxyPass PATH http://127.0.0.1:3000PATH upgrade=websocket"]],
    caddy: [["site", "reverse_proxy PATH* 127.0.0.1:3000"]],
    cloudflare: [["dashboard", "Network: turn WebSockets on"]],
  },
  buffering: {
    nginx: [["location", "proxy_http_version 1.1;", "proxy_buffering off;"]],
    haproxy: [
      ["backend", "no option http-buffer-request", "# and no `http-response wait-for-body`, no `filter compression`"],
    ],
    apache: [
      ["VirtualHost", "ProxyPass PATH http://127.0.0.1:3000PATH upgrade=websocket flushpackets=on", "SetEnv no-gzip 1"],
    ],
    caddy: [["reverse_proxy", "flush_interval -1"]],
    cloudflare: [
      ["rules", "Configuration rule for PATH: turn off what rewrites content (Rocket Loader, Email Obfuscation)"],
    ],
  },
  delay: {
    nginx: [["location", "tcp_nodelay on;"]],
    haproxy: [["frontend and backend", "option http-no-delay"]],
    apache: [["VirtualHost", "ProxyPass PATH http://127.0.0.1:3000PATH upgrade=websocket flushpackets=on"]],
    caddy: [["reverse_proxy", "flush_interval -1"]],
    cloudflare: [["dashboard", "nothing there delays: look behind it"]],
  },
  compression: {
    nginx: [["location", "gzip off;"]],
    haproxy: [["backend", "# no `filter compression` and no `compression algo`"]],
    apache: [["Location PATH", "SetEnv no-gzip 1", "SetEnv no-brotli 1"]],
    caddy: [["site", "@compressed not path PATH*", "encode @compressed gzip"]],
    cloudflare: [["rules", "Compression rule for PATH: disable compression"]],
  },
  idle: {
    nginx: [["location", "proxy_read_timeout SECONDSs;", "proxy_send_timeout SECONDSs;"]],
    haproxy: [["defaults", "timeout client SECONDSs", "timeout server SECONDSs", "timeout tunnel SECONDSs"]],
    apache: [["VirtualHost", "ProxyTimeout SECONDS"]],
    caddy: [["reverse_proxy", "# transport http: no read_timeout below SECONDSs"]],
    cloudflare: [
      [
        "dashboard",
        "the limit is 120 s (100 s until lately) to a response's first byte: keep `pingIntervalMs` well below",
      ],
    ],
  },
  body: {
    nginx: [["location", "client_max_body_size BYTES;"]],
    haproxy: [["frontend", "# raise the size in `http-request deny ... if { req.body_size gt ... }`"]],
    apache: [["Location PATH", "LimitRequestBody BYTES"]],
    caddy: [["site", "request_body { max_size BYTES }"]],
    cloudflare: [["dashboard", "the limit is 100 MB and more, by plan: something behind it refuses"]],
  },
  host: {
    nginx: [["location", "proxy_set_header Host $http_host;"]],
    haproxy: [["backend", "# no `http-request set-header Host`"]],
    apache: [["VirtualHost", "ProxyPreserveHost On"]],
    caddy: [["reverse_proxy", "# no `header_up Host`"]],
    cloudflare: [["rules", "no origin rule that overrides the Host header"]],
  },
  cors: {
    nginx: [["location", "# no `add_header Access-Control-Allow-Origin`, no `proxy_hide_header`, no `proxy_cache`"]],
    haproxy: [["backend", "# no `http-response set-header Access-Control-Allow-Origin`"]],
    apache: [["Location PATH", "# no `Header set Access-Control-Allow-Origin`"]],
    caddy: [["site", "# no `header Access-Control-Allow-Origin`"]],
    cloudflare: [["rules", "no transform rule that sets Access-Control-Allow-Origin"]],
  },
  path: {
    nginx: [["server", "location PATH { proxy_pass http://127.0.0.1:3000; }"]],
    haproxy: [["frontend", "use_backend wireway if { path_beg PATH }"]],
    apache: [["VirtualHost", "ProxyPass PATH http://127.0.0.1:3000PATH upgrade=websocket"]],
    caddy: [["site", "reverse_proxy PATH* 127.0.0.1:3000"]],
    cloudflare: [["dashboard", "check which server the DNS record, and the origin rules, lead to"]],
  },
};

const products: readonly Product[] = ["nginx", "haproxy", "apache", "caddy", "cloudflare"];

export function isProduct(name: string | null): name is Product {
  return products.some((one) => one === name);
}

/** What is put in place of the capitals. */
export interface SettingFacts {
  readonly path: string;
  readonly pingIntervalMs: number;
  readonly maxBodyBytes: number;
}

/** Blocks for the product, or for each when it is none of those known. */
export function settingsFor(remedy: Remedy, product: string | null, facts: SettingFacts): Setting[] {
  const known = isProduct(product) ? [product] : products;
  // Twice the interval, and never less than what is usual: a ping may come late.
  const seconds = Math.max(60, Math.ceil(facts.pingIntervalMs / 500));
  const fill = (line: string): string =>
    line
      .replaceAll("PATH", facts.path)
      .replaceAll("SECONDS", String(seconds))
      .replaceAll("BYTES", String(facts.maxBodyBytes));
  return known.flatMap((one) =>
    lines[remedy][one].map(([where, ...own]) => ({ product: one, where: fill(where), lines: own.map(fill) })),
  );
}

/** All lines, each once, in blocks by product and place. */
export function mergeSettings(settings: readonly Setting[]): Setting[] {
  const blocks = new Map<string, { product: Product; where: string; lines: Set<string> }>();
  for (const { product, where, lines: own } of settings) {
    const key = `${product} ${where}`;
    const block = blocks.get(key) ?? { product, where, lines: new Set() };
    for (const line of own) block.lines.add(line);
    blocks.set(key, block);
  }
  return [...blocks.values()]
    .sort((one, other) => products.indexOf(one.product) - products.indexOf(other.product))
    .map(({ product, where, lines: own }) => ({ product, where, lines: [...own] }));
}
