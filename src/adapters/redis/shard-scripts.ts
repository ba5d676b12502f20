import { redisScript } from './redis-link.js';

/**
 * Each script is one step of a shard and checks who may take it. Redis rolls nothing back, so all
 * that can refuse comes before the first write, and running one twice changes nothing the second
 * time: a lost answer is no lost or doubled effect.
 */

/** KEYS meta, inputs, facts, fence. ARGV token, seq, n sources, {source, offset}, {source, input}. */
export const BEGIN = redisScript(`
if redis.call('GET', KEYS[4]) ~= ARGV[1] then return 'fenced' end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
local seq = tonumber(ARGV[2])
local at = 4
for i = 1, tonumber(ARGV[3]) do
  redis.call('HSET', KEYS[1], 'src:' .. ARGV[at], ARGV[at + 1], 'dur:' .. ARGV[at], ARGV[at + 1])
  at = at + 2
end
redis.call('HSET', KEYS[1], 'folded', seq, 'written', seq)
for i = at, #ARGV do
  seq = seq + 1
  redis.call('XADD', KEYS[2], string.format('%d-0', seq), 's', 'begin', 'o', i, 'i', ARGV[i])
end
redis.call('HSET', KEYS[1], 'seq', seq)
return 'taken'`);

/** KEYS meta, inputs, fence. ARGV source, after, feeder or '', owner or '', most, up to,
 * {offset, input}. */
export const DELIVER = redisScript(`
local seq = tonumber(redis.call('HGET', KEYS[1], 'seq') or nil)
if not seq then return {'absent'} end
if ARGV[4] ~= '' and redis.call('GET', KEYS[3]) ~= ARGV[4] then return {'fenced'} end
if ARGV[3] ~= '' then
  local feeder = tonumber(redis.call('HGET', KEYS[1], 'feeder') or '0')
  if feeder > tonumber(ARGV[3]) then return {'fenced'} end
end
local field = 'src:' .. ARGV[1]
local at = tonumber(redis.call('HGET', KEYS[1], field) or '0')
if at < tonumber(ARGV[2]) then return {'behind', at} end
if ARGV[3] ~= '' then
  if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[5]) then return {'full'} end
  redis.call('HSET', KEYS[1], 'feeder', ARGV[3])
end
for i = 7, #ARGV, 2 do
  local offset = tonumber(ARGV[i])
  if offset > at then
    seq = seq + 1
    at = offset
    redis.call('XADD', KEYS[2], string.format('%d-0', seq), 's', ARGV[1], 'o', ARGV[i], 'i', ARGV[i + 1])
  end
end
at = math.max(at, tonumber(ARGV[6]))
redis.call('HSET', KEYS[1], 'seq', seq, field, at)
return {'taken', at}`);

/** KEYS meta, facts, fence. ARGV token, first seq, last seq, {field, value}. */
export const PUT_FACTS = redisScript(`
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return {'fenced'} end
local head = redis.call('HMGET', KEYS[1], 'seq', 'folded', 'written')
if not head[1] then return {'absent'} end
local folded = tonumber(head[2])
if folded >= tonumber(ARGV[3]) then return {'taken', head[3]} end
if folded + 1 ~= tonumber(ARGV[2]) or tonumber(head[1]) < tonumber(ARGV[3]) then return {'absent'} end
redis.call('XADD', KEYS[2], ARGV[3] .. '-0', unpack(ARGV, 4))
redis.call('HSET', KEYS[1], 'folded', ARGV[3])
return {'taken', head[3]}`);

/** KEYS meta, facts. ARGV seq, {source, offset}. */
export const WRITTEN = redisScript(`
local written = tonumber(redis.call('HGET', KEYS[1], 'written') or nil)
if not written or written >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'written', ARGV[1])
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], 'dur:' .. ARGV[i], ARGV[i + 1]) end
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%d-0', tonumber(ARGV[1]) + 1))
return 1`);

/** KEYS lease, fence. ARGV owner, ms, lowest token. */
export const ACQUIRE = redisScript(`
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return {'taken', owner} end
local token = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[3])) + 1
redis.call('SET', KEYS[2], string.format('%d', token))
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'held', token}`);

/** KEYS lease. ARGV owner, ms; 0 ms gives it back. */
export const RENEW = redisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);
