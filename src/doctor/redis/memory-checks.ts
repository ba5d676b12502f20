import { countText } from '../../view/figure.js';
import {
  appendFailure,
  appendOnlyWarning,
  evictionWarning,
  memoryShare,
  memoryWarning,
  policyWarning,
} from '../../view/redis-warnings.js';
import { evidence, type Check, type Judgement } from '../check.js';
import { serverCheck, unknown } from './server-check.js';

const MIB = 1024 * 1024;

const persistence = serverCheck({
  id: 'redis.persistence',
  level: 'P0',
  title: 'Redis writes what it holds to disk',
  matters: 'what is not on disk is gone with the next restart: orders, results, the kill switch',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { value } = redisServer;
    if (value.isAppendOnly === null) return unknown('its persistence');
    const told = (status: Judgement['status'], says: string, level?: 'P1'): Judgement => ({
      status,
      says,
      evidence: [evidence(redisServer, says)],
      ...(level !== undefined && { level }),
      ...(status !== 'OK' && { remedy: DISK }),
    });
    const failure = appendFailure(value);
    if (failure !== null) return told('FAIL', failure);
    if (value.isSaveWell === false) {
      const says =
        'the last snapshot (RDB) failed: as it is shipped, Redis then refuses every write';
      return told('FAIL', says, 'P1');
    }
    if (value.isRewriteWell === false) {
      return told('WARN', 'the last rewrite of the append-only file failed: it only grows', 'P1');
    }
    const off = appendOnlyWarning(value);
    return off === null
      ? told('OK', 'the append-only file is on, and its last write went well')
      : told('WARN', off, 'P1');
  },
});

const DISK = {
  does: 'see to the disk of Redis: room, rights, health; then let it write its file anew',
  command: 'redis-cli BGREWRITEAOF',
  risk: 'a rewrite needs as much room again as the data',
  gate: null,
} as const;

const evictions = serverCheck({
  id: 'redis.evictions',
  level: 'P1',
  title: 'Redis throws nothing away',
  matters: 'an evicted stream or state looks as if it had never been written',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { value } = redisServer;
    const { evictedKeys, maxmemoryPolicy } = value;
    if (evictedKeys === null || maxmemoryPolicy === null) return unknown('what it evicts');
    const seen = `evicted_keys ${evictedKeys}, maxmemory-policy ${maxmemoryPolicy}`;
    const gone = evictionWarning(value);
    const risky = policyWarning(value);
    const says = [gone, risky].filter((warning) => warning !== null).join('; ');
    return {
      status: gone !== null ? 'FAIL' : risky !== null ? 'WARN' : 'OK',
      says: says === '' ? 'nothing was evicted, and nothing will be (noeviction)' : says,
      evidence: [evidence(redisServer, seen)],
      figures: { evicted_keys: evictedKeys, maxmemory_policy: maxmemoryPolicy },
      ...(says !== '' && {
        remedy: {
          does: 'set noeviction, and enough memory for the streams at their caps',
          command: 'redis-cli CONFIG SET maxmemory-policy noeviction',
          risk: 'a full Redis then refuses writes in place of losing data: watch its memory',
          gate: null,
          testsAfter: ['cdb doctor --only redis.evictions,redis.memory'],
        },
      }),
    };
  },
});

const memory = serverCheck({
  id: 'redis.memory',
  level: 'P1',
  title: 'Redis has memory left',
  matters: 'at its limit Redis refuses every write, or begins to evict',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { value } = redisServer;
    const { usedMemoryBytes, maxmemoryBytes } = value;
    if (usedMemoryBytes === null || maxmemoryBytes === null) return unknown('its memory');
    const used = `${countText(Math.round(usedMemoryBytes / MIB))} MiB`;
    const of = `${countText(Math.round(maxmemoryBytes / MIB))} MiB`;
    const says = maxmemoryBytes === 0 ? `${used} are used, without a limit` : `${used} of ${of}`;
    const share = memoryShare(value);
    const warning = memoryWarning(value);
    return {
      status: share !== null && share >= 1 ? 'FAIL' : warning === null ? 'OK' : 'WARN',
      says: warning === null ? says : `${warning}: ${says}`,
      evidence: [evidence(redisServer, says)],
      figures: { used_bytes: usedMemoryBytes, maxmemory_bytes: maxmemoryBytes },
      ...(warning !== null && {
        remedy: {
          does: 'give it more memory, or find what grows',
          command: 'cdb streams list',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

/** From here on a listener of Redis as it is shipped is cut off after 60 s; at four times this, at once. */
const WAITING_BYTES_MAX = 8 * MIB;
const WAITING_BYTES_WARN = MIB;

const clients = serverCheck({
  id: 'redis.clients',
  level: 'P1',
  title: 'every listener keeps up',
  matters: 'a listener that does not is cut off, and nothing counts what it then misses',
  components: ['redis', 'signal', 'risk', 'execution'],
  examine: ({ redisServer }) => {
    const { clients: listed, cutClients } = redisServer.value;
    if (listed === null) return unknown('its clients');
    const [slowest] = listed;
    const waiting = slowest?.waitingBytes ?? 0;
    const cut = cutClients === null || cutClients === 0 ? [] : [`${cutClients} were cut off`];
    const isSlow = slowest !== undefined && waiting >= WAITING_BYTES_WARN;
    const slow = isSlow
      ? [
          `${(waiting / MIB).toFixed(1)} MiB wait for client ${slowest.name || slowest.address} ` +
            `with ${slowest.subscriptions} subscriptions (it is cut off at 8 MiB for 60 s, or 32 MiB)`,
        ]
      : [];
    const bad = [...slow, ...cut];
    const listeners = listed.filter(({ subscriptions }) => subscriptions > 0).length;
    const well = `${listeners} clients listen, and at most ${waiting} bytes wait for one`;
    return {
      status: waiting >= WAITING_BYTES_MAX ? 'FAIL' : bad.length > 0 ? 'WARN' : 'OK',
      says: bad.length > 0 ? bad.join('; ') : well,
      evidence: [evidence(redisServer, well)],
      figures: { waiting_bytes: waiting, listeners, cut_clients: cutClients },
      ...(bad.length > 0 && {
        remedy: {
          does: 'see what that service does with its time, and restart it alone',
          command: 'redis-cli CLIENT LIST TYPE pubsub',
          risk: 'what waits for it is lost with its connection',
          gate: null,
        },
      }),
    };
  },
});

export const MEMORY_CHECKS: readonly Check[] = [persistence, evictions, memory, clients];
