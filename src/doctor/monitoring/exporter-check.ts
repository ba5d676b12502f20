import { check, evidence, notExamined, type Check } from '../check.js';
import type { FactName, Readings } from '../facts.js';

const NOW_MS_MAX = 60_000;

interface Compared {
  readonly metric: 'pg_up' | 'redis_up';
  readonly value: number;
  readonly store: 'PostgreSQL' | 'Redis';
  /** Null: nobody asked it. */
  readonly answers: boolean | null;
}

export const exporters: Check = check({
  id: 'monitoring.exporters',
  group: 'monitoring',
  level: 'P2',
  title: 'exporters say of the stores what the stores say themselves',
  matters: 'an exporter that lies makes a red report of a healthy system, or hides a dead one',
  components: ['monitoring'],
  needs: [],
  looks: ['services', 'prometheus', 'postgres', 'stack'],
  windowMs: NOW_MS_MAX,
  examine: (_, { readings }) => {
    const pairs = [
      ...compared(readings, 'pg_up', 'postgres'),
      ...compared(readings, 'redis_up', 'stack'),
    ];
    const asked = pairs.filter(({ answers, value }) => answers !== null || value === 0);
    if (asked.length === 0) {
      const why = pairs.length === 0 ? 'no scrape has pg_up or redis_up' : 'no store is configured';
      return notExamined(why);
    }
    const words = asked.map(wordsOf);
    const lies = asked.filter(({ answers, value }) => answers !== (value === 1));
    const figures = Object.fromEntries(asked.map(({ metric, value }) => [metric, value]));
    const proof = sourcesOf(readings).map((fact) => evidence(fact, words.join('; ')));
    if (lies.length === 0)
      return { status: 'OK', says: words.join('; '), evidence: proof, figures };
    return {
      status: 'WARN',
      says: lies.map(wordsOf).join('; '),
      evidence: proof,
      remedy: {
        does: 'look at the log of the exporter: address, user, and the variable that names its DSN',
        command: null,
        risk: 'none: an exporter only reads',
        gate: null,
        testsAfter: ['cdb doctor --only monitoring.exporters'],
      },
      figures,
    };
  },
});

function compared(
  readings: Readings,
  metric: Compared['metric'],
  direct: FactName & ('postgres' | 'stack'),
): readonly Compared[] {
  const value = exported(readings, metric);
  if (value === null) return [];
  const { state } = readings[direct];
  const answers = state === 'absent' ? null : state === 'read';
  return [{ metric, value, store: metric === 'pg_up' ? 'PostgreSQL' : 'Redis', answers }];
}

/** A scrape of the exporter itself is nearer than what Prometheus kept of one, and a recorded one older. */
function exported({ services, prometheus }: Readings, metric: Compared['metric']): number | null {
  const answers = services.state === 'read' ? services.value : [];
  const scraped = (isRecorded: boolean) =>
    answers
      .filter((one) => (one.isRecorded === true) === isRecorded)
      .flatMap(({ series }) => series ?? [])
      .find(({ name }) => name === metric)?.value ?? null;
  const kept = prometheus.state === 'read' ? prometheus.value.exporters : null;
  return scraped(false) ?? (metric === 'pg_up' ? kept?.pgUp : kept?.redisUp) ?? scraped(true);
}

function wordsOf({ metric, value, store, answers }: Compared): string {
  if (answers === null) return `${metric} is ${value}, and ${store} was not asked directly`;
  const says = answers ? 'answers' : 'does not answer';
  if (answers === (value === 1)) return `${metric} is ${value}, and ${store} ${says}`;
  return `${metric} is ${value}, but ${store} ${says} when it is asked directly: the exporter lies`;
}

function sourcesOf({ services, prometheus, postgres, stack }: Readings) {
  return [services, prometheus, postgres, stack].filter((reading) => reading.state === 'read');
}
