import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { evidence, type Check, type Remedy } from '../check.js';
import { reachCheck } from '../reach.js';
import { SERVER_WINDOW_MS, serverCheck, unknown } from './server-check.js';
import { clockWarning, roleWarning } from '../../view/redis-warnings.js';

const CLOCK_FAIL_MS = 5_000;

const LOOK_AT_LOG: Remedy = {
  does: 'look at what Redis said last, and start it again; its clients after it, one by one',
  command: null,
  risk: 'a start on a damaged append-only file ends at once: copy its directory before anything else',
  gate: null,
};

const reach = reachCheck('redisServer', {
  id: 'redis.reach',
  group: 'redis',
  level: 'P1',
  title: 'Redis answers',
  matters: 'without Redis no message passes from one service to the next',
  components: ['redis'],
  windowMs: SERVER_WINDOW_MS,
  remedy: LOOK_AT_LOG,
});

const loading = serverCheck({
  id: 'redis.loading',
  level: 'P1',
  title: 'Redis has read its files',
  matters: 'while it loads it refuses every command, and services that start meanwhile give up',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { isLoading, upMs } = redisServer.value;
    if (isLoading === null) return unknown('whether it loads');
    const up = upMs === null ? '' : `, ${durationText(upMs)} after its start`;
    const says = isLoading ? `Redis still loads its files${up}` : 'Redis has loaded its files';
    return {
      status: isLoading ? 'FAIL' : 'OK',
      says,
      evidence: [evidence(redisServer, `loading:${isLoading ? 1 : 0}`)],
      ...(isLoading && {
        remedy: {
          does: 'wait until it has loaded, and restart what gave up meanwhile',
          command: 'cdb doctor --group redis',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

const rights = serverCheck({
  id: 'redis.rights',
  level: 'P2',
  title: 'the user may ask all that the check-up looks at',
  matters: 'what may not be asked is not examined, and nobody would know that it is bad',
  components: ['redis'],
  looks: ['samples'],
  examine: ({ redisServer }, { readings: { samples } }) => {
    if (redisServer.value.isLoading === true) return unknown('anything while it loads');
    const unread =
      samples.state === 'read'
        ? samples.value.streams.filter(({ entries }) => entries === null)
        : [];
    const refused = [
      ...redisServer.value.refused,
      ...unread.map(({ view }) => `entries of ${view.name}`),
    ];
    if (refused.length === 0) {
      const says = 'the user may ask all that is looked at';
      return { status: 'OK', says, evidence: [evidence(redisServer, says)] };
    }
    const says = `the user of the URL may not ask: ${refused.join(', ')}`;
    return {
      status: 'WARN',
      says,
      evidence: [evidence(redisServer, says)],
      remedy: {
        does: 'give that user the rights of docs/redis.md, which only read',
        command:
          'redis-cli ACL SETUSER watcher +@read +ping +info +client +subscribe +pubsub|numsub',
        risk: 'none: none of these rights can change anything but connections',
        gate: null,
      },
    };
  },
});

const role = serverCheck({
  id: 'redis.role',
  level: 'P2',
  title: 'this Redis is the one that is written to',
  matters: 'a replica shows what was, and goes on showing it after the primary has died',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { role: word } = redisServer.value;
    if (word === null) return unknown('its role');
    const warning = roleWarning(redisServer.value);
    return {
      status: warning === null ? 'OK' : 'WARN',
      says: warning ?? `this Redis is the ${word}`,
      evidence: [evidence(redisServer, `role:${word}`)],
    };
  },
});

const clock = serverCheck({
  id: 'redis.clock',
  level: 'P1',
  title: 'the clock of Redis and ours agree',
  matters: 'ages are judged by both, and a signal 5 s old is refused (RC_003): trading stops',
  components: ['redis', 'host'],
  examine: ({ redisServer }) => {
    const { clockOffsetMs, clockErrorMs } = redisServer.value;
    if (clockOffsetMs === null) return unknown('its clock');
    // As much of it as is certain.
    const surely = Math.max(0, Math.abs(clockOffsetMs) - clockErrorMs) * Math.sign(clockOffsetMs);
    const warning = clockWarning(surely);
    const measured = `offset ${clockOffsetMs} ms ± ${clockErrorMs} ms`;
    const status = Math.abs(surely) > CLOCK_FAIL_MS ? 'FAIL' : warning === null ? 'OK' : 'WARN';
    return {
      status,
      says: warning ?? `the clock of Redis and ours agree: ${measured}`,
      evidence: [evidence(redisServer, measured)],
      figures: { offset_ms: clockOffsetMs, error_ms: clockErrorMs },
      ...(status !== 'OK' && {
        remedy: {
          does: 'let both hosts take their time from the same servers (chrony, ntpd)',
          command: 'chronyc tracking',
          risk: 'a clock that jumps makes running windows too long or too short',
          gate: null,
        },
      }),
    };
  },
});

const connections = serverCheck({
  id: 'redis.connections',
  level: 'P2',
  title: 'Redis lets everybody connect',
  matters: 'a service that may not connect after a restart stays away',
  components: ['redis'],
  examine: ({ redisServer }) => {
    const { connections: open, connectionsMax, rejectedConnections } = redisServer.value;
    if (open === null || rejectedConnections === null) return unknown('its connections');
    const of = connectionsMax === null ? '' : ` of ${countText(connectionsMax)}`;
    const isFull = connectionsMax !== null && open > 0.9 * connectionsMax;
    const isBad = isFull || rejectedConnections > 0;
    const refused = `${countText(rejectedConnections)} were refused since its start`;
    const says = `${countText(open)}${of} connections are open, ${refused}`;
    return { status: isBad ? 'WARN' : 'OK', says, evidence: [evidence(redisServer, says)] };
  },
});

export const REDIS_SERVER_CHECKS: readonly Check[] = [
  reach,
  loading,
  rights,
  role,
  clock,
  connections,
];
