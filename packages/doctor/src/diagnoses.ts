// Everything that can be found wrong, and what to do about it: one row each. Rows name the settings that mend them where an
// intermediary's configuration does; the lines themselves are in settings.ts. The same table stands in docs/guide/doctor.md.

import type { Remedy } from "./settings.ts";

/** One thing that can be wrong. */
export interface DiagnosisRow {
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly advice: string;
  /** What lines of an intermediary's configuration mend it. */
  readonly remedy?: Remedy;
}

/** Everything that can be found wrong, by its name. */
export const diagnoses = {
  // On the way to the server.
  name_unknown: {
    meaning: "the host's name cannot be resolved",
    advice: "Check the spelling, and that the name has a DNS record which this machine's resolver knows.",
  },
  connection_refused: {
    meaning: "nothing listens on that port, or a firewall refuses it",
    advice:
      "Start the server, check the port, and that the server listens on an address that is reached from here (0.0.0.0 or ::, not only 127.0.0.1).",
  },
  unreachable: {
    meaning: "no connection could be made",
    advice: "Check the address, and the firewalls and security groups on the way: packets seem to be dropped.",
  },

  // TLS.
  certificate_expired: {
    meaning: "the server's certificate is not valid today",
    advice: "Renew it, and reload whatever ends TLS. Check this machine's clock too.",
  },
  certificate_wrong_name: {
    meaning: "the server's certificate is for other names",
    advice: "Use an address that the certificate names, or get one for this name.",
  },
  certificate_untrusted: {
    meaning: "the server's certificate is not signed by an authority that is trusted here",
    advice:
      "Serve the whole chain with its intermediate certificates. Where the authority is your own, name it: NODE_EXTRA_CA_CERTS=ca.pem. To look past it: --insecure.",
  },
  tls_failed: {
    meaning: "no TLS connection could be made",
    advice:
      "See what the server offers: openssl s_client -connect HOST:PORT. Old versions of TLS and unknown names (SNI) end so.",
  },
  https_on_http_port: {
    meaning: "the port speaks plain HTTP, not TLS",
    advice: "Use http:// with this port, or the port that speaks TLS (mostly 443).",
  },
  http_on_https_port: {
    meaning: "the port speaks TLS, not plain HTTP",
    advice: "Use https:// with this port.",
  },

  // Who answers.
  no_http: {
    meaning: "what answers there speaks no HTTP",
    advice: "Check the port: it seems to belong to another service.",
  },
  silent: {
    meaning: "the connection stands, but no answer comes",
    advice:
      "The server's process may hang, or an intermediary swallows the request. Try from another network, and the server's own port without the proxy.",
  },
  cut_off: {
    meaning: "connections are accepted, and broken off before an answer comes",
    advice:
      "Whatever listens there does not want this: a proxy whose server is away, a firewall that looks into connections, or a port for something else. Try the server's own port without the proxy.",
  },
  wrong_path: {
    meaning: "there is no Wireway server at this path",
    advice:
      "Give the server's option `path` as --path (default /wireway/), and let the proxy pass that path on, unchanged and with its query.",
    remedy: "path",
  },
  not_wireway: {
    meaning: "something else than Wireway answers at this path",
    advice:
      "Either another application has this address, or a proxy does not pass the path on, or a network wants its terms accepted first (captive portal: open any page in a browser).",
    remedy: "path",
  },
  redirected: {
    meaning: "the address redirects, which transports do not follow",
    advice: "Connect to the address that it redirects to, or exempt the path from the redirect.",
  },
  login_required: {
    meaning: "an intermediary wants credentials",
    advice: "Exempt the path from that login, or send what it wants: --header 'Authorization: …'.",
  },
  blocked: {
    meaning: "an intermediary refuses the request",
    advice:
      "Look for a rule (web application firewall, bot protection, allowed methods, rate limit) that applies to the path, and exempt it. GET, POST and OPTIONS are needed.",
  },
  upstream_down: {
    meaning: "the proxy answers, but does not reach the server behind it",
    advice: "Start the server, and check the address and port that the proxy passes requests on to.",
    remedy: "path",
  },
  version_unsupported: {
    meaning: "the server speaks another version of the protocol",
    advice: "Use the doctor and the client of the same version as the server.",
  },
  server_full: {
    meaning: "the server holds as many sessions as it may",
    advice: "Raise the server's option `maxSessions`, or add servers. Clients come back after Retry-After.",
  },
  server_closing: {
    meaning: "the server is shutting down",
    advice: "Try again in a moment. Clients come back after Retry-After.",
  },
  server_error: {
    meaning: "the server itself refuses what a client has to ask",
    advice:
      "See the server's log. A middleware in front of Wireway (a body parser, for one) may have taken the request apart: mount Wireway before it.",
  },

  // Origins.
  origin_refused: {
    meaning: "the server refuses pages of this origin",
    advice: "List the origin in the server's option: new Server({ origins: [ORIGIN] }).",
  },
  host_rewritten: {
    meaning: "the server refuses pages of its own address, because a proxy changes the header Host",
    advice:
      "Let the proxy pass Host on as the browser sent it, with its port. Or list the origin in the server's option: new Server({ origins: [ORIGIN] }).",
    remedy: "host",
  },
  cors_header_changed: {
    meaning: "the header that lets a page read the answer arrives changed",
    advice:
      "The server sends Access-Control-Allow-Origin and -Credentials by itself. Remove what else sets, repeats, caches or strips them on the path.",
    remedy: "cors",
  },

  // WebSocket.
  upgrade_stripped: {
    meaning: "a proxy passes the WebSocket's request on without its upgrade headers",
    advice: "Let the proxy speak HTTP/1.1 to the server, and pass Upgrade and Connection on.",
    remedy: "upgrade",
  },
  upgrade_refused: {
    meaning: "an intermediary refuses the WebSocket",
    advice: "Allow upgrades on the path. Where the network is not yours, TLS (https) gets through most.",
    remedy: "upgrade",
  },
  upgrade_swallowed: {
    meaning: "the WebSocket's request is never answered",
    advice:
      "An intermediary that does not know WebSocket waits for something else. Allow upgrades on the path; where the network is not yours, TLS (https) gets through most.",
    remedy: "upgrade",
  },
  upgrade_cut: {
    meaning: "the connection is broken off when a WebSocket is asked for",
    advice: "Allow upgrades on the path. Where the network is not yours, TLS (https) gets through most.",
    remedy: "upgrade",
  },
  frames_lost_up: {
    meaning: "the WebSocket opens, but what is sent to the server does not arrive",
    advice:
      "An intermediary answers the upgrade and then does not pass frames on: content inspection of HTTP, mostly. Exempt the path, or use TLS (https).",
  },
  frames_lost_down: {
    meaning: "the WebSocket opens, but what the server sends does not arrive",
    advice:
      "An intermediary passes the upgrade on and then holds the frames back: content inspection of HTTP, mostly. Exempt the path, or use TLS (https).",
  },
  websocket_cut: {
    meaning: "the WebSocket works and is then cut",
    advice: "Look for a time or byte limit on upgraded connections, and raise it above a minute.",
    remedy: "idle",
  },

  // Streams and polls.
  stream_held: {
    meaning: "a proxy holds the stream back until it is complete",
    advice: "Turn response buffering off for the path, and speak HTTP/1.1 to the server.",
    remedy: "buffering",
  },
  stream_freed: {
    meaning: "a proxy holds the stream back, unless it is asked in a special way",
    advice: "Clients find the way by themselves, and lose a moment by it. Turn response buffering off for the path.",
    remedy: "buffering",
  },
  stream_compressed: {
    meaning: "a proxy compresses the stream, and holds messages back until enough has come together",
    advice: "Turn compression off for the path. The server marks its answers as not to be transformed.",
    remedy: "compression",
  },
  stream_delayed: {
    meaning: "a proxy waits for more before it passes a message of the stream on",
    advice: "Let it pass on at once what it has.",
    remedy: "delay",
  },
  stream_silent: {
    meaning: "nothing of the stream arrives, not even when it ends",
    advice: "An intermediary drops responses that do not end soon. Exempt the path from content inspection.",
    remedy: "buffering",
  },
  stream_cut: {
    meaning: "the stream ends before the server ends it",
    advice: "Look for a time or byte limit on responses, and raise it above a minute.",
    remedy: "idle",
  },
  poll_lost: {
    meaning: "a poll that the server holds is not answered, or answered by somebody else",
    advice: "Let requests take at least the server's `pingIntervalMs` to be answered.",
    remedy: "idle",
  },
  post_lost: {
    meaning: "what is sent to the server by POST gets no proper answer",
    advice: "Let POST requests with a text/plain body through on the path, with query and body unchanged.",
    remedy: "path",
  },

  // Limits.
  body_limit: {
    meaning: "an intermediary refuses large bodies",
    advice:
      "Raise its limit to the server's `maxBodyBytes`, or lower the server's `maxMessageBytes` to what it lets through.",
    remedy: "body",
  },
  body_slow: {
    meaning: "large bodies take too long to arrive",
    advice: "The way up is slow or a proxy throttles it. Raise the server's `bodyTimeoutMs`, or send less at a time.",
  },
  idle_cut: {
    meaning: "a quiet connection is cut before the server's ping comes",
    advice:
      "Raise the idle limit of the path above the server's `pingIntervalMs`, or lower that option below the limit. Clients learn it by themselves, after a few cuts.",
    remedy: "idle",
  },
  slow_path: {
    meaning: "a round trip takes so long that live connections may be taken for dead",
    advice: "Raise the server's `pingTimeoutMs`, or find out what delays the packets.",
  },

  // The application.
  namespace_unknown: {
    meaning: "the server has no such namespace",
    advice:
      "The path of the address is the namespace: leave it out for the main one, or give the server's path by --path.",
  },
  client_failed: {
    meaning: "a client with default options did not get through, although a transport works",
    advice:
      "Run the doctor again. If it stays so, this is a fault of Wireway's: please report it with the output of --json.",
  },
} as const satisfies Record<string, DiagnosisRow>;

/** Name of something that can be found wrong. */
export type Diagnosis = keyof typeof diagnoses;
