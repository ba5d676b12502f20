import type {
  EngineBoard,
  EngineEntry,
  SharedRun,
  SharedRuns,
} from '../../engine/ports/engine-board.js';
import { redisScript, type RedisLink } from './redis-link.js';
import { enginesKey } from './shard-keys.js';
import { fieldsOf } from './stream-entries.js';

const RUN_KEY = 'cdb:run';
const ENTRY_TTL_MS = 5_000;

/**
 * KEYS entries. ARGV id, text, ms. An entry is "<time> <text>" by the server's clock, so that the clocks
 * of the engines' hosts do not matter.
 */
const NOTE = redisScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%d ', now) .. ARGV[2])
end
local entries = redis.call('HGETALL', KEYS[1])
local alive = {}
for i = 1, #entries, 2 do
  local at, text = string.match(entries[i + 1], '^(%d+) (.*)$')
  if at and now - tonumber(at) <= tonumber(ARGV[3]) then
    alive[#alive + 1] = text
  elseif ARGV[1] ~= '' then
    redis.call('HDEL', KEYS[1], entries[i])
  end
end
return alive`);

/** KEYS run. ARGV its group, the group that it replaces or '', the run. @returns the run that is there now */
const BEGIN_RUN = redisScript(`
local there = redis.call('HGETALL', KEYS[1])
local group = redis.call('HGET', KEYS[1], 'runGroup')
if group and group ~= ARGV[2] then return there end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'runGroup', ARGV[1], 'finished', '0', 'run', ARGV[3])
return redis.call('HGETALL', KEYS[1])`);

/** KEYS run. ARGV its group: one that another has followed is ended already. */
const FINISH_RUN = redisScript(`
if redis.call('HGET', KEYS[1], 'runGroup') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'finished', '1')
return 1`);

export function redisBoard(link: RedisLink, runGroup: string): EngineBoard {
  const key = enginesKey(runGroup);
  const read = async (id: string, text: string) => {
    const alive = await link.run('see the other engines', NOTE, [key], [id, text, ENTRY_TTL_MS]);
    return (alive as string[]).map((entry) => JSON.parse(entry) as EngineEntry);
  };
  return {
    note: (entry) => read(entry.engineId, JSON.stringify(entry)),
    list: () => read('', ''),
    leave: async (engineId) => {
      await link.call('leave the other engines', 'HDEL', key, engineId);
    },
  };
}

export function redisSharedRuns(link: RedisLink): SharedRuns {
  return {
    current: async () => runOf(await link.call('look at the run', 'HGETALL', RUN_KEY)),
    begin: async (run, replaces) => {
      const words = [run.runGroup, replaces ?? '', JSON.stringify(run)];
      return runOf(await link.run('begin the run', BEGIN_RUN, [RUN_KEY], words)) ?? run;
    },
    finish: async (runGroup) => {
      await link.run('end the run', FINISH_RUN, [RUN_KEY], [runGroup]);
    },
  };
}

function runOf(answer: unknown): SharedRun | null {
  const { run, finished } = fieldsOf(answer);
  return run === undefined
    ? null
    : { ...(JSON.parse(run) as SharedRun), finished: finished === '1' };
}
