// MessagePack in place of JSON, for the option `codec`; its clients need the same. Not in the index: it wants msgpackr.

export { msgpackCodec } from "@wireway/protocol/msgpack";
