// The version of the wire: the query `v` of every request and upgrade.

export const protocolVersion = 1;
