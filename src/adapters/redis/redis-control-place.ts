import {
  effectiveRecord,
  type EffectiveControl,
  type PlacedReading,
} from '../../engine/control/register.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { ObeyingEngine, SharedPlace } from '../../engine/ports/shared-places.js';
import { DependencyError } from '../../operator-error.js';
import { encodeLatch } from '../files/latch-record.js';
import {
  CONTROL_KEY,
  ENGINES_KEY,
  placedRecord,
  REGISTER_FIELD,
  REGISTER_PLACE,
  replaceRecord,
} from './control-keys.js';
import { redisScript, type RedisLink } from './redis-link.js';
import { fieldsOf } from './stream-entries.js';

/** Others may write at the same time; each round sees what they wrote. */
const ROUNDS_MAX = 10;
/** An engine says that it lives five times a second. */
const ALIVE_MS = 5_000;
const POLL_MS = 5;

/** KEYS engines. ARGV ms. @returns id and epoch in turns of those that spoke so lately */
const LIVING = redisScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local all = redis.call('HGETALL', KEYS[1])
local living = {}
for i = 1, #all, 2 do
  local at, epoch = string.match(all[i + 1], '^(%d+) (%d+)$')
  if at and now - tonumber(at) <= tonumber(ARGV[1]) then
    living[#living + 1] = all[i]
    living[#living + 1] = epoch
  end
end
return living`);

function epochMax(records: Readonly<Record<string, string>>): number {
  const epochs = Object.entries(records).map(([field, text]) => {
    const { reading } = placedRecord(field, text);
    return reading.state === 'present' ? reading.record.epoch : 0;
  });
  return Math.max(0, ...epochs);
}

function effectOf(reading: PlacedReading): EffectiveControl {
  return effectiveRecord([reading], { stateDirEmpty: false });
}

/** The register that all hosts of one Redis share, for those who change it. */
export function redisControlPlace(link: RedisLink, clock: Clock): SharedPlace {
  const records = async () =>
    fieldsOf(await link.call('read the control register', 'HGETALL', CONTROL_KEY));
  return {
    name: REGISTER_PLACE,
    read: async () => {
      const { [REGISTER_FIELD]: own, ...hosts } = await records();
      return [
        own === undefined
          ? { place: REGISTER_PLACE, isShared: true, reading: { state: 'absent' } }
          : placedRecord(REGISTER_FIELD, own),
        ...Object.entries(hosts).map(([field, text]) => placedRecord(field, text)),
      ];
    },
    change: async (next) => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const all = await records();
        const seen = all[REGISTER_FIELD] ?? '';
        const current = seen === '' ? null : effectOf(placedRecord(REGISTER_FIELD, seen));
        const record = next(current, 1 + epochMax(all));
        const text = encodeLatch(record);
        if ((await replaceRecord(link, REGISTER_FIELD, { seen, next: text })) === text) {
          return record;
        }
      }
      throw new DependencyError(
        `Cannot write the control register: others wrote it ${ROUNDS_MAX} times meanwhile`,
        { dependency: 'redis', retryable: true },
      );
    },
    obeyed: async (epoch, waitMs) => {
      const startedAtMs = clock.monotonicMs();
      const obeyedAtMs = new Map<string, number | null>();
      for (;;) {
        const living = await link.run('see the engines', LIVING, [ENGINES_KEY], [ALIVE_MS]);
        const ms = clock.monotonicMs() - startedAtMs;
        for (const [engineId, obeys] of Object.entries(fieldsOf(living))) {
          const known = obeyedAtMs.get(engineId) ?? null;
          obeyedAtMs.set(engineId, known ?? (Number(obeys) >= epoch ? ms : null));
        }
        const isDone = [...obeyedAtMs.values()].every((at) => at !== null);
        if (isDone || ms >= waitMs) {
          return [...obeyedAtMs].map(([engineId, at]): ObeyingEngine => ({ engineId, ms: at }));
        }
        await clock.sleep(POLL_MS);
      }
    },
    forget: async (host, record) => {
      const seen = (await records())[host];
      if (seen === undefined || host === REGISTER_FIELD) return false;
      const text = encodeLatch(record);
      return (await replaceRecord(link, host, { seen, next: text })) === text;
    },
    close: () => {
      link.close();
      return Promise.resolve();
    },
  };
}
