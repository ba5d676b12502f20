import type { LogEntry, LogId } from '../../engine/ports/event-log.js';
import type { FactStreams } from '../../engine/ports/fact-streams.js';
import { Fenced } from '../../engine/ports/fenced.js';
import { redisScript, type RedisLink } from './redis-link.js';

const ENTRIES_PER_SCRIPT = 200;
/** So many of the newest ids are remembered by stream. */
const IDS_MAX = 10_000;

/**
 * KEYS stream, place, ids. ARGV length, turn or '', then per entry: seq, ord, n words, words. The
 * stream's own ids are the server's, as its readers know them; the place says which facts of this run
 * are in it, and whose turn it is.
 */
const PUBLISH = redisScript(`
if ARGV[2] ~= '' and redis.call('HGET', KEYS[2], 'turn') ~= ARGV[2] then return -1 end
local place = redis.call('HMGET', KEYS[2], 'seq', 'ord')
local seq, ord = tonumber(place[1] or '-1'), tonumber(place[2] or '-1')
local at, added = 3, 0
while at <= #ARGV do
  local s, o, n = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if s > seq or (s == seq and o > ord) then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, at + 3, at + 2 + n))
    redis.call('ZADD', KEYS[3], s, ARGV[at] .. '-' .. ARGV[at + 1])
    seq, ord, added = s, o, added + 1
  end
  at = at + 3 + n
end
if added > 0 then
  redis.call('HSET', KEYS[2], 'seq', seq, 'ord', ord)
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -${IDS_MAX + 1})
end
return added`);

/** KEYS place. */
const TAKE_OVER = redisScript(`
redis.call('HINCRBY', KEYS[1], 'turn', 1)
return redis.call('HMGET', KEYS[1], 'turn', 'seq', 'ord')`);

/** Where a run stands in a stream, and which of its facts are there. */
export function placeKeys(name: string, runId: string): readonly [place: string, ids: string] {
  const place = `{${name}}:cdb:${runId}`;
  return [place, `${place}:ids`];
}

/**
 * The streams that an existing stack reads, written exactly once by run: each stream has a place
 * beside it, in the same slot of a cluster, that moves in the step that adds the entries.
 */
export function redisFactStreams(link: RedisLink, runId: string): FactStreams {
  const turns = new Map<string, string>();
  const place = (name: string) => placeKeys(name, runId)[0];
  const ids = (name: string) => placeKeys(name, runId)[1];
  return {
    append: async (name, entries, { lengthMax }) => {
      for (let at = 0; at < entries.length; at += ENTRIES_PER_SCRIPT) {
        const words = entries.slice(at, at + ENTRIES_PER_SCRIPT).flatMap(entryWords);
        const keys = [name, place(name), ids(name)];
        const head = [lengthMax, turns.get(name) ?? ''];
        const added = await link.run(`publish to ${name}`, PUBLISH, keys, [...head, ...words]);
        if (added === -1) throw new Fenced(`another process publishes to ${name}`);
      }
    },
    takeOver: async (name) => {
      const found = await link.run(`take over ${name}`, TAKE_OVER, [place(name)], []);
      const [turn, seq, ord] = found as (string | null)[];
      turns.set(name, String(turn));
      return seq === null || seq === undefined ? null : { seq: Number(seq), ord: Number(ord) };
    },
    has: async (name, { seq, ord }: LogId) =>
      (await link.call(`look at ${name}`, 'ZSCORE', ids(name), `${seq}-${ord}`)) !== null,
  };
}

function entryWords({ id, fields }: LogEntry): readonly (string | number)[] {
  const words = Object.entries(fields).flat();
  return [id.seq, id.ord, words.length, ...words];
}
