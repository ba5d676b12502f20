import {
  check,
  skip,
  type Check,
  type CheckContext,
  type Evidence,
  type Judgement,
  type Remedy,
} from '../check.js';
import { utcText } from '../../view/age.js';
import { memberKey } from '../services/member-name.js';
import { APPEND_ONLY_REMEDY } from './append-only-remedy.js';
import type { ServiceLog } from './facts.js';
import { errorEvidence, LOG_WINDOW_MS, words } from './service-checks.js';
import { frequencySeconds, patternsOf, type LogPattern } from './patterns.js';
import { isGoingOn, logSummary, type LogSummary } from './summary.js';
import { kindOf, missingRelation, refusedBy, type Kind } from './tokens.js';

interface Found {
  readonly summary: LogSummary;
  readonly pattern: LogPattern;
}

/** Lines of any level: Redis says what ends it as a warning. */
const ANY_LEVEL = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Most frequent first. */
function foundOf(kind: Kind, logs: readonly ServiceLog[], nowMs: number): readonly Found[] {
  return logs
    .flatMap((log) => {
      const lines = log.lines.filter((line) => kindOf(line) === kind);
      // A line whose level cannot be told says the same.
      const leveled = lines.map((line) => ({ ...line, level: line.level ?? ('error' as const) }));
      const summary = logSummary(log, nowMs);
      return patternsOf(leveled, ANY_LEVEL).map((pattern) => ({ summary, pattern }));
    })
    .sort((a, b) => b.pattern.count - a.pattern.count);
}

function none(logs: readonly ServiceLog[], nowMs: number, what: string): Judgement {
  const live = logs
    .map((log) => logSummary(log, nowMs))
    .filter(({ standing }) => standing === 'live');
  if (live.length === 0) {
    return skip('no log that is read tells of now');
  }
  const evidence = live.map(({ service, place, lines, newestAtMs }): Evidence => ({
    what: `${service}: ${lines} lines, ${what}`,
    source: place,
    observedAtMs: newestAtMs ?? nowMs,
  }));
  return { status: 'OK', says: `${what} in ${live.length} logs`, evidence };
}

const auditWrites = check({
  id: 'logs.audit_writes',
  group: 'logs',
  level: 'P0',
  title: 'no service says that the database refuses what it writes',
  matters:
    'a decision that is not stored cannot be replayed or explained: the audit trail has a hole',
  components: ['risk', 'audit_trail'],
  needs: ['logs'],
  looks: ['tables'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, context) => {
    const found = foundOf('audit', logs.value, context.nowMs);
    const [worst] = found;
    if (worst === undefined) return none(logs.value, context.nowMs, 'no refused write');
    const { summary, pattern } = worst;
    const seconds = frequencySeconds(pattern);
    const isOver = isThereNow(pattern.example, context) || !isGoingOn(pattern, summary.newestAtMs);
    const says = `${refusedBy(pattern.example)}: ${words(worst)}`;
    return {
      status: isOver ? 'WARN' : 'FAIL',
      ...(isOver && { level: 'P1' as const }),
      says: isOver ? `${says}; the last at ${timeText(pattern.lastAtMs)}, and not since` : says,
      evidence: found.map((one) => errorEvidence(one, context.nowMs)),
      remedy: migrationRemedy(summary.service),
      figures: {
        service: summary.service,
        errors: found.reduce((sum, one) => sum + one.pattern.count, 0),
        relation: missingRelation(pattern.example),
        frequency_s_min: seconds?.min ?? null,
        frequency_s_max: seconds?.max ?? null,
      },
    };
  },
});

function timeText(atMs: number | null): string {
  return atMs === null ? 'a time that is not told' : utcText(atMs);
}

/** The database itself knows better than a log of an hour. */
function isThereNow(text: string, { readings: { tables } }: CheckContext): boolean {
  const relation = missingRelation(text);
  if (relation === null || tables.state !== 'read') return false;
  return tables.value.some(({ table, exists, rows }) => {
    return table === relation && exists && (rows ?? 0) > 0;
  });
}

function migrationRemedy(service: string): Remedy {
  return {
    does: 'create what is missing by a migration that follows the insert in the code',
    command: 'cdb migrate plan',
    risk: 'changes the schema; needs verification against contract and code',
    gate: 'migrations',
    instead: [
      {
        does: 'turn persistence off',
        risk: 'decisions go on without an audit trail: a stop-gap at best',
      },
    ],
    testsAfter: [
      `restart only ${service}`,
      'produce a signal',
      'the log shows that the decision was stored, and no error',
      'the table has rows, and more after the next decision',
    ],
  };
}

const publishErrors = check({
  id: 'logs.publish_errors',
  group: 'logs',
  level: 'P1',
  title: 'what services publish is taken by Redis',
  matters: 'a message that is not published is missing downstream, and no service there can know',
  components: ['services'],
  needs: [],
  looks: ['logs', 'services'],
  windowMs: LOG_WINDOW_MS,
  examine: (_, { nowMs, readings: { logs, services } }) => {
    const found = logs.state === 'read' ? foundOf('publish', logs.value, nowMs) : [];
    const counted = services.state === 'read' ? services.value.flatMap(publishErrorsOf) : [];
    const failed = counted.filter(({ errors }) => errors > 0);
    const counts = counted.map(({ service, errors, url, observedAtMs }): Evidence => ({
      what: `${service}: redis_publish_errors_total ${errors}`,
      source: url,
      observedAtMs,
    }));
    if (found.length + failed.length > 0) {
      const [worst] = found;
      const told = worst === undefined ? [] : [words(worst)];
      return {
        status: 'FAIL',
        says: `messages are not published: ${[...failed.map(({ service, errors }) => `${service} counts ${errors} errors`), ...told].join('; ')}`,
        evidence: [...counts, ...found.map((one) => errorEvidence(one, nowMs))],
        remedy: {
          does: 'read which field is empty; XADD takes no null',
          command: null,
          risk: 'none: it only reads',
          gate: null,
        },
        figures: { errors: failed.reduce((sum, { errors }) => sum + errors, 0) },
      };
    }
    if (counts.length > 0)
      return { status: 'OK', says: 'no publish error is counted', evidence: counts };
    if (logs.state === 'read') return none(logs.value, nowMs, 'no publish error');
    return skip('neither logs nor counters of services are read');
  },
});

function publishErrorsOf({
  service,
  url,
  series,
  observedAtMs,
}: {
  readonly service: string;
  readonly url: string;
  readonly series: readonly { readonly name: string; readonly value: number }[] | null;
  readonly observedAtMs: number;
}) {
  const errors = (series ?? []).filter(({ name }) => name === 'redis_publish_errors_total');
  if (errors.length === 0) return [];
  return [
    { service, url, observedAtMs, errors: errors.reduce((sum, { value }) => sum + value, 0) },
  ];
}

const appendOnly = check({
  id: 'logs.append_only_file',
  group: 'logs',
  level: 'P0',
  title: 'Redis can read its append-only file',
  matters: 'Redis does not start, and everything that depends on it restarts with it',
  components: ['redis'],
  needs: ['logs'],
  looks: ['containers'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs, readings: { containers } }) => {
    const found = foundOf('append_only', logs.value, nowMs);
    const [worst] = found;
    if (worst === undefined) return none(logs.value, nowMs, 'no damaged append-only file');
    const isLoop =
      containers.state === 'read' &&
      containers.value.some(
        ({ name, state }) => memberKey(name) === 'redis' && state !== 'running',
      );
    if (isLoop) return skip('told by services.restart_loops');
    return {
      status: isGoingOn(worst.pattern, worst.summary.newestAtMs) ? 'FAIL' : 'WARN',
      says: `Redis cannot read its append-only file: ${words(worst)}`,
      evidence: found.map((one) => errorEvidence(one, nowMs)),
      remedy: APPEND_ONLY_REMEDY,
    };
  },
});

const cutOff = check({
  id: 'logs.cut_off_listeners',
  group: 'logs',
  level: 'P1',
  title: 'Redis cuts no listener off',
  matters:
    'a listener that reads too slowly is cut off, and what waited for it is lost without a count',
  components: ['redis'],
  needs: ['logs'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs }) => {
    const found = foundOf('cut_off', logs.value, nowMs);
    const [worst] = found;
    if (worst === undefined) return none(logs.value, nowMs, 'no listener that was cut off');
    const count = found.reduce((sum, { pattern }) => sum + pattern.count, 0);
    return {
      status: 'FAIL',
      says: `${count} listeners were cut off past the output buffer limit: ${words(worst)}`,
      evidence: found.map((one) => errorEvidence(one, nowMs)),
      remedy: {
        does: 'restart the listener that was cut off, and raise client-output-buffer-limit pubsub',
        command: null,
        risk: 'Redis needs more memory for listeners that are behind',
        gate: null,
      },
      figures: { cut_off: count },
    };
  },
});

export const TOKEN_CHECKS: readonly Check[] = [auditWrites, publishErrors, appendOnly, cutOff];
