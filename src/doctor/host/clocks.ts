import { check, skip, type Evidence, type Judgement } from '../check.js';
import type { CheckContext } from '../check.js';

const NOW_MS_MAX = 60_000;
const WARN_MS = 2_000;
const FAIL_MS = 5_000;

/** One clock against ours: positive is ahead. Within `errorMs` it may be anywhere. */
interface ClockSeen {
  readonly name: string;
  readonly offsetMs: number;
  readonly errorMs: number;
  readonly source: string;
  readonly observedAtMs: number;
}

export const clocks = check({
  id: 'host.clocks',
  group: 'host',
  level: 'P1',
  title: 'host, PostgreSQL, Redis, venue and containers have the same time',
  matters:
    'decisions refuse data that is five seconds old: where clocks differ, good data is refused or old data is taken',
  components: ['host', 'database', 'redis', 'venue'],
  needs: ['host'],
  looks: ['postgres', 'stack', 'venue', 'services', 'logs'],
  windowMs: NOW_MS_MAX,
  examine: ({ host }, context): Judgement => {
    const others = clocksOf(context);
    if (others.length === 0) {
      return skip('there is no other clock to compare with');
    }
    const { source, observedAtMs } = host;
    const ours = { name: 'host', offsetMs: 0, errorMs: 0, source, observedAtMs };
    const worst = farthest([ours, ...others]);
    const told = others.map(clockWords).join(', ');
    const evidence = others.map((one): Evidence => ({
      what: clockWords(one),
      source: one.source,
      observedAtMs: one.observedAtMs,
    }));
    const figures = { apart_ms: worst.apartMs, clocks: others.length + 1 };
    if (worst.apartMs <= WARN_MS) {
      return { status: 'OK', says: `clocks against this host: ${told}`, evidence, figures };
    }
    const isFar = worst.apartMs > FAIL_MS;
    return {
      status: isFar ? 'FAIL' : 'WARN',
      level: isFar ? 'P1' : 'P2',
      says: `${worst.a.name} and ${worst.b.name} are ${(worst.apartMs / 1_000).toFixed(1)} s apart, limit ${(isFar ? FAIL_MS : WARN_MS) / 1_000} s; against this host: ${told}`,
      evidence,
      figures,
      remedy: {
        does: 'let the one that is off follow a time server again; a suspended host or virtual machine falls behind',
        command: 'timedatectl status',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

function clocksOf({ readings, nowMs }: CheckContext): readonly ClockSeen[] {
  const { postgres, stack, venue, services, logs } = readings;
  const found: ClockSeen[] = [];
  if (postgres.state === 'read') found.push(seen('PostgreSQL', postgres.value, postgres));
  if (venue.state === 'read') found.push(seen(venue.value.name, venue.value, venue));
  if (stack.state === 'read' && stack.value.server.clockMs !== null) {
    const clockOffsetMs = stack.value.server.clockMs - stack.value.observedAtMs;
    // Read in one call of unknown length, and in whole seconds by some servers.
    found.push(seen('Redis', { clockOffsetMs, clockErrorMs: 1_000 }, stack));
  }
  if (services.state === 'read') {
    for (const { service, url, clockOffsetMs, clockErrorMs, observedAtMs } of services.value) {
      if (clockOffsetMs === undefined || clockErrorMs === undefined) continue;
      found.push(seen(service, { clockOffsetMs, clockErrorMs }, { source: url, observedAtMs }));
    }
  }
  if (logs.state === 'read') {
    for (const { service, place, newestAtMs, isOwn } of logs.value) {
      // A log can be old for many reasons; ahead it is only by its clock or its zone.
      if (isOwn === true || newestAtMs === null || newestAtMs <= nowMs) continue;
      const clock = { clockOffsetMs: newestAtMs - nowMs, clockErrorMs: 0 };
      found.push(seen(`the log of ${service}`, clock, { source: place, observedAtMs: nowMs }));
    }
  }
  return found;
}

function seen(
  name: string,
  clock: { readonly clockOffsetMs: number; readonly clockErrorMs: number },
  { source, observedAtMs }: Pick<ClockSeen, 'source' | 'observedAtMs'>,
): ClockSeen {
  return { name, offsetMs: clock.clockOffsetMs, errorMs: clock.clockErrorMs, source, observedAtMs };
}

/** The two that are farthest apart, by no more than is sure. */
function farthest(all: readonly ClockSeen[]) {
  const pairs = all.flatMap((a, index) =>
    all.slice(index + 1).map((b) => {
      const apart = Math.abs(a.offsetMs - b.offsetMs) - a.errorMs - b.errorMs;
      return { a, b, apartMs: Math.max(0, Math.round(apart)) };
    }),
  );
  return pairs.reduce((worst, pair) => (pair.apartMs > worst.apartMs ? pair : worst));
}

function clockWords({ name, offsetMs, errorMs }: ClockSeen): string {
  const sign = offsetMs < 0 ? '-' : '+';
  return `${name} ${sign}${Math.abs(Math.round(offsetMs))} ms (± ${Math.ceil(errorMs)})`;
}
