// Who answered: an intermediary gives itself away by headers, or by the page it makes for errors. A hint and no proof: what
// it does not say about itself cannot be known from outside.

/** The part of an answer that tells. */
export interface Signature {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text?: string;
}

const telltaleHeaders = ["server", "via", "cf-ray", "x-amz-cf-id", "x-served-by", "x-varnish", "x-squid-error"];

/** In this order: whoever is nearer to the client writes over `Server`, and adds to `Via`. */
const byHeaders: readonly (readonly [product: string, pattern: RegExp])[] = [
  ["cloudflare", /server: cloudflare|cf-ray:/],
  ["cloudfront", /cloudfront|x-amz-cf-id:/],
  ["aws-alb", /server: awselb/],
  ["squid", /squid/],
  ["varnish", /varnish/],
  ["haproxy", /haproxy/],
  ["envoy", /server: (?:istio-)?envoy/],
  ["traefik", /traefik/],
  ["nginx", /nginx|openresty/],
  ["caddy", /caddy/],
  ["apache", /server: apache/],
  ["iis", /microsoft-iis/],
];

const byPages: readonly (readonly [product: string, pattern: RegExp])[] = [
  ["cloudflare", /cloudflare ray id|<title>attention required/i],
  ["nginx", /<center>(?:nginx|openresty)/i],
  // haproxy's own error pages, which name nobody.
  [
    "haproxy",
    /<h1>\d{3} [^<]*<\/h1>\s*(?:The server didn't|No server is available|Request forbidden by admin|Your browser sent an invalid request)/i,
  ],
  ["squid", /squid/i],
  ["varnish", /<title>[^<]*<\/title>[\s\S]*Guru Meditation/i],
  ["apache", /<address>Apache/i],
];

/** The product's name; null when nothing gives it away. */
export function productOf({ headers, text = "" }: Signature): string | null {
  const lines = Object.entries(telltales({ headers }))
    .map(([name, value]) => `${name}: ${value.toLowerCase()}`)
    .join("\n");
  const named =
    byHeaders.find(([, pattern]) => pattern.test(lines)) ?? byPages.find(([, pattern]) => pattern.test(text));
  return named?.[0] ?? null;
}

/** The headers that name whoever answered. */
export function telltales({ headers }: Signature): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of telltaleHeaders) {
    const value = headers[name];
    if (value !== undefined) found[name] = String(value).slice(0, 200);
  }
  return found;
}
