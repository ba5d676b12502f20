import type { PlacedReading } from '../../engine/control/register.js';
import { decodeLatch } from '../files/latch-record.js';
import { redisScript, type RedisLink } from './redis-link.js';

/** Hash: the record that operators change, and beside it what the latch of each host says. */
export const CONTROL_KEY = 'cdb:{control}:records';
/** Field of CONTROL_KEY that belongs to no host. */
export const REGISTER_FIELD = 'register';
export const REGISTER_PLACE = 'Redis';
/** Hash: engine to "<server's time in ms> <epoch that it obeys>". */
export const ENGINES_KEY = 'cdb:{control}:engines';

export function placedRecord(field: string, text: string): PlacedReading {
  const decoded = decodeLatch(text);
  return {
    place: field === REGISTER_FIELD ? REGISTER_PLACE : field,
    isShared: true,
    isOrder: field === REGISTER_FIELD,
    reading: decoded.ok
      ? { state: 'present', record: decoded.record }
      : { state: 'unreadable', why: decoded.why },
  };
}

/** KEYS records. ARGV field, what the caller has read there or '', next. @returns what is there now */
const REPLACE = redisScript(`
local there = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if there ~= ARGV[2] then return there end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], ARGV[1])
return ARGV[3]`);

/** @returns what the field holds afterwards: `next`, or what somebody else wrote in the meantime */
export async function replaceRecord(
  link: RedisLink,
  field: string,
  { seen, next }: { readonly seen: string; readonly next: string },
): Promise<string> {
  const words = [field, seen, next];
  return String(await link.run('write the control register', REPLACE, [CONTROL_KEY], words));
}
