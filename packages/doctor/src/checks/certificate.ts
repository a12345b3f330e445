// Whether TLS can be had, and whether a browser would trust it. Each fault of the certificate is named, not only the first
// that the platform stumbles over.

import { isIP } from "node:net";
import { checkServerIdentity, connect, type PeerCertificate } from "node:tls";
import type { Check, Sight } from "../finding.ts";
import type { Target } from "../target.ts";

/** What a handshake showed: a certificate and what the platform says of it, or the error instead. */
interface Shown {
  readonly certificate?: PeerCertificate;
  readonly protocol?: string;
  readonly distrust?: string;
  readonly error?: NodeJS.ErrnoException;
}

/** Faults that are told from the certificate itself. */
const told = /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$|^ERR_TLS_CERT_ALTNAME_INVALID$/;

export const certificate: Check = {
  name: "certificate",
  run: async (target) => {
    const { certificate: shown, protocol, distrust, error } = await shakeHands(target);
    if (!shown) {
      const code = error?.code ?? "";
      const isPlain = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code);
      const diagnosis = isPlain ? "https_on_http_port" : "tls_failed";
      const evidence = error?.message ?? "no certificate was shown";
      return { verdict: "fails", summary: evidence, sights: [{ diagnosis, evidence, by: "network" }] };
    }
    const sights = [...faultsOf(shown, target)];
    if (distrust !== undefined && !told.test(distrust)) {
      sights.push({ diagnosis: "certificate_untrusted", evidence: explain(distrust, shown), by: "server" });
    }
    if (sights.length === 0) {
      return { verdict: "works", summary: `${protocol}, valid until ${dayOf(shown.valid_to)}` };
    }
    const summary = sights.map(({ evidence }) => evidence).join("; ");
    return { verdict: target.insecure ? "hindered" : "fails", summary, sights };
  },
};

/** Whether the port speaks TLS: asked when plain HTTP got no sensible answer. */
export async function speaksTls(target: Target): Promise<boolean> {
  return (await shakeHands(target)).certificate !== undefined;
}

function shakeHands({ hostname, port, timeoutMs }: Target): Promise<Shown> {
  return new Promise((resolve) => {
    // It is looked at whether it is trusted or not; nothing is sent over this connection.
    const socket = connect({
      host: hostname,
      port,
      rejectUnauthorized: false,
      timeout: timeoutMs,
      ...(isIP(hostname) === 0 && { servername: hostname }),
    });
    const done = (shown: Shown): void => {
      socket.destroy();
      resolve(shown);
    };
    socket.once("secureConnect", () => {
      const shown = socket.getPeerCertificate();
      const { authorizationError } = socket as { authorizationError?: unknown };
      const distrust = authorizationError instanceof Error ? authorizationError.message : authorizationError;
      done({
        ...(Object.keys(shown).length > 0 && { certificate: shown }),
        protocol: socket.getProtocol() ?? "TLS",
        ...(typeof distrust === "string" && { distrust }),
      });
    });
    socket.once("timeout", () => done({ error: new Error(`no TLS handshake within ${timeoutMs} ms`) }));
    socket.once("error", (error: NodeJS.ErrnoException) => done({ error }));
  });
}

function* faultsOf(shown: PeerCertificate, { hostname }: Target): Generator<Sight> {
  const now = Date.now();
  if (Date.parse(shown.valid_to) < now) {
    yield { diagnosis: "certificate_expired", evidence: `expired on ${dayOf(shown.valid_to)}`, by: "server" };
  } else if (Date.parse(shown.valid_from) > now) {
    yield { diagnosis: "certificate_expired", evidence: `not valid before ${dayOf(shown.valid_from)}`, by: "server" };
  }
  if (checkServerIdentity(hostname, shown)) {
    const names = shown.subjectaltname ?? commonName(shown.subject) ?? "nobody";
    yield { diagnosis: "certificate_wrong_name", evidence: `issued to ${names}, not ${hostname}`, by: "server" };
  }
}

function explain(distrust: string, { issuer }: PeerCertificate): string {
  if (distrust === "DEPTH_ZERO_SELF_SIGNED_CERT") return "signed by itself";
  const by = commonName(issuer);
  return `${distrust.toLowerCase().replaceAll("_", " ")}${by === undefined ? "" : `, issued by ${by}`}`;
}

function commonName(names: { CN?: string | string[] } | undefined): string | undefined {
  return names?.CN === undefined ? undefined : String(names.CN);
}

function dayOf(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().slice(0, 10);
}
