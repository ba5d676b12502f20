import { serverTimeOf } from '../../engine/ports/event-log.js';
import { durationText } from '../../view/age.js';
import {
  check,
  notExamined,
  type Check,
  type CheckContext,
  type Evidence,
  type Judgement,
} from '../check.js';
import { isLooping } from '../services/loops.js';

const YOUNG_MS = 600_000;
/** Of the server's uptime, which is in whole seconds, and of the reading. */
const ERROR_MS = 2_000;
const REDIS_NAME = /(?:^|[_-])redis\d*$/i;
const DAMAGED =
  /Bad file format reading the append only file|append.only file.*(?:corrupt|truncated)/i;

const restarts = check({
  id: 'redis.restarts',
  group: 'redis',
  level: 'P0',
  title: 'Redis stays up, and its files can be read',
  matters: 'each restart loses what was said on topics, and a damaged file lets none succeed',
  components: ['redis'],
  needs: [],
  looks: ['redisServer', 'stack', 'containers', 'logs'],
  windowMs: YOUNG_MS,
  examine: (_, context) => damaged(context) ?? loop(context) ?? restarted(context),
});

/** Its own last words, where a log of it is read. */
function damaged({ readings: { logs, redisServer } }: CheckContext): Judgement | null {
  if (logs.state !== 'read' || redisServer.state === 'read') return null;
  for (const { service, place, lines } of logs.value) {
    const line = REDIS_NAME.test(service) ? lines.findLast(({ text }) => DAMAGED.test(text)) : null;
    if (line === null || line === undefined) continue;
    const observedAtMs = line.atMs ?? logs.observedAtMs;
    return {
      status: 'FAIL',
      says: `Redis does not come up: its append-only file is damaged ("${line.text.slice(0, 120)}")`,
      evidence: [{ what: line.text.slice(0, 200), source: place, observedAtMs }],
      remedy: REPAIR,
    };
  }
  return null;
}

function loop({ readings }: CheckContext): Judgement | null {
  const { containers } = readings;
  if (containers.state !== 'read') return null;
  const redis = containers.value.find(({ name }) => REDIS_NAME.test(name));
  if (redis === undefined || !isLooping(redis)) return null;
  const up = redis.upMs === null ? '' : `, up for ${durationText(redis.upMs)}`;
  const says = `${redis.name} is in a restart loop: ${redis.state}, ${redis.restarts ?? 'unknown'} restarts${up}`;
  const { source, observedAtMs } = containers;
  return {
    status: 'FAIL',
    says,
    evidence: [{ what: says, source, observedAtMs }],
    remedy: REPAIR,
    figures: { restarts: redis.restarts, up_ms: redis.upMs },
  };
}

/** A server that is young and holds older entries was there before. */
function restarted({ readings: { redisServer, stack } }: CheckContext): Judgement {
  if (redisServer.state === 'absent') return notExamined(redisServer.why);
  if (redisServer.state !== 'read') return notExamined('Redis does not answer: see redis.reach');
  const { upMs, clockMs } = redisServer.value;
  if (upMs === null || clockMs === null) return notExamined('its uptime is not told to this user');
  const startMs = clockMs - upMs - ERROR_MS;
  const before =
    stack.state !== 'read'
      ? []
      : stack.value.streams.filter(({ firstId }) => {
          const atMs = firstId === null ? null : serverTimeOf(firstId);
          return atMs !== null && atMs < startMs;
        });
  const seen: Evidence = {
    what: `up for ${durationText(upMs)}`,
    source: redisServer.source,
    observedAtMs: redisServer.observedAtMs,
  };
  const [first] = before;
  if (upMs > YOUNG_MS || first === undefined) {
    return { status: 'OK', says: `Redis is ${seen.what}`, evidence: [seen] };
  }
  return {
    status: 'WARN',
    level: 'P1',
    says: `Redis was restarted ${durationText(upMs)} ago: ${first.name} holds entries from before`,
    evidence: [seen],
    figures: { up_ms: upMs },
    remedy: {
      does: 'see why it was restarted, and that every service has come back',
      command: 'cdb doctor --group services',
      risk: 'none: it only reads',
      gate: null,
    },
  };
}

const REPAIR = {
  does: 'stop Redis, COPY its directory, cut the damaged tail off, start it, then its services in order',
  command: 'redis-check-aof --fix appendonlydir/appendonly.aof.1.incr.aof',
  risk: 'everything behind the damage is lost: without a copy for good',
  gate: null,
  testsAfter: ['cdb doctor --group redis', 'cdb status'],
} as const;

export const RESTART_CHECKS: readonly Check[] = [restarts];
