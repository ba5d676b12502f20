import { WRAPPER } from '../../../fakes/mexc/mexc-schema.js';

/** What was on the wire, int64 as decimal text. @throws when protobufjs refuses the frame */
export function referenceFrame(bytes: Uint8Array): object {
  return WRAPPER.toObject(WRAPPER.decode(bytes), { longs: String });
}

/** A frame of the reader under test in the form of `referenceFrame`. */
export function withTextTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTextTimes);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => [
    name,
    isTime(name) ? String(member) : withTextTimes(member),
  ]);
  return Object.fromEntries(members);
}

const TIMES = ['createTime', 'sendTime', 'time', 'lastOrderCreateTime', 'windowStart', 'windowEnd'];

function isTime(name: string): boolean {
  return TIMES.includes(name);
}
