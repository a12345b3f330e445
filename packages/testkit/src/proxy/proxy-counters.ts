// What the proxy counts from its start on; nothing here is ever reset. Bytes are payload: bodies of requests and
// responses, and everything after a 101. Heads are not counted.

/** What a proxy has counted from its start on. */
export interface ProxyCounters {
  /** Plain requests, stripped upgrades included. */
  requests: number;
  /** Requests that asked for an upgrade. */
  upgrades: number;
  /** Upgrades passed on to the server. */
  upgradesPassed: number;
  /** Upgrades answered with an error. */
  upgradesRefused: number;
  /** Upgrades that were taken and never answered. */
  upgradesSwallowed: number;
  /** Upgrades whose connection was reset. */
  upgradesReset: number;
  /** Upgrades passed on as plain requests. */
  upgradesStripped: number;
  /** Upgraded connections reset by `killAfterMs` or `killAfterBytes`. */
  upgradesKilled: number;
  /** Requests sent to the server twice. */
  duplicated: number;
  /** Requests answered with 413. */
  bodiesRefused: number;
  /** Requests answered with `errorStatus`. */
  errorsAnswered: number;
  /** Requests and upgrades answered with the captive portal's page. */
  portalPages: number;
  /** Responses of which nothing was passed on. */
  responsesLost: number;
  /** Responses whose connection was reset on the way. */
  responsesCut: number;
  /** Responses that ended early as if they were whole. */
  responsesTruncated: number;
  /** Client connections reset by the proxy, whatever the reason. */
  cuts: number;
  /** Requests and upgrades answered with 502 because the server could not be reached. */
  upstreamFailures: number;
  /** Payload bytes passed on to the server; a duplicated body counts once. */
  bytesUp: number;
  /** Payload bytes passed on to clients. */
  bytesDown: number;
  /** Payload bytes that vanished in either direction. */
  bytesStarved: number;
}

export function zeroCounters(): ProxyCounters {
  return {
    requests: 0,
    upgrades: 0,
    upgradesPassed: 0,
    upgradesRefused: 0,
    upgradesSwallowed: 0,
    upgradesReset: 0,
    upgradesStripped: 0,
    upgradesKilled: 0,
    duplicated: 0,
    bodiesRefused: 0,
    errorsAnswered: 0,
    portalPages: 0,
    responsesLost: 0,
    responsesCut: 0,
    responsesTruncated: 0,
    cuts: 0,
    upstreamFailures: 0,
    bytesUp: 0,
    bytesDown: 0,
    bytesStarved: 0,
  };
}
