// MessagePack in place of JSON, for the option `codec`; the server needs the same. Not in the index: it wants msgpackr.

export { msgpackCodec } from "@wireway/protocol/msgpack";
