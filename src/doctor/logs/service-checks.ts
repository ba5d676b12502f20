import { shellWord } from '../../view/shell-word.js';
import {
  check,
  skip,
  type Check,
  type Component,
  type Evidence,
  type Judgement,
  type Level,
  type Remedy,
} from '../check.js';
import { utcText } from '../../view/age.js';
import { memberKey } from '../services/member-name.js';
import type { ServiceLog } from './facts.js';
import { lagText } from './log-standing.js';
import { frequencySeconds, frequencyText, type LogPattern } from './patterns.js';
import { isRepeating, logSummary, type LogSummary } from './summary.js';
import { kindOf } from './tokens.js';

/** Evidence of a log that is read counts for as long as the longest window. */
export const LOG_WINDOW_MS = 3_600_000;

interface Role {
  readonly id: string;
  readonly component: Component;
  /** Names of services without `cdb_`; the last role takes all that no other has. */
  readonly names: readonly string[];
  /** P1: trading or its record. */
  readonly level: Level;
  /** It does not try again: one error is a row that is missing. */
  readonly losesByOne?: true;
}

const MONITORING_NAMES = [
  ...['prometheus', 'grafana', 'alertmanager', 'loki', 'promtail', 'cadvisor'],
  ...['postgres_exporter', 'redis_exporter'],
];

export const LOG_ROLES: readonly Role[] = [
  { id: 'engine', component: 'services', names: ['engine'], level: 'P1' },
  { id: 'ws', component: 'websocket', names: ['ws'], level: 'P1' },
  { id: 'market', component: 'websocket', names: ['market'], level: 'P1' },
  { id: 'candles', component: 'candles', names: ['candles'], level: 'P1' },
  { id: 'regime', component: 'regime', names: ['regime'], level: 'P1' },
  { id: 'allocation', component: 'allocation', names: ['allocation'], level: 'P1' },
  { id: 'signal', component: 'signal', names: ['signal'], level: 'P1' },
  { id: 'risk', component: 'risk', names: ['risk'], level: 'P1' },
  { id: 'execution', component: 'execution', names: ['execution'], level: 'P1' },
  {
    id: 'db_writer',
    component: 'audit_trail',
    names: ['db_writer'],
    level: 'P1',
    losesByOne: true,
  },
  { id: 'redis', component: 'redis', names: ['redis'], level: 'P1' },
  { id: 'postgres', component: 'database', names: ['postgres'], level: 'P1' },
  { id: 'monitoring', component: 'monitoring', names: MONITORING_NAMES, level: 'P2' },
  { id: 'others', component: 'services', names: [], level: 'P2' },
];

export function roleOf(service: string): string {
  const key = memberKey(service);
  return LOG_ROLES.find(({ names }) => names.includes(key))?.id ?? 'others';
}

/** One for each service, so that the errors of one stand against that one. */
export const SERVICE_LOG_CHECKS: readonly Check[] = LOG_ROLES.map((role) =>
  check({
    id: `logs.${role.id}`,
    group: 'logs',
    level: role.level,
    title: `the log of ${role.id} has no errors in its last window`,
    matters:
      'a service can be up and healthy while every line says that it fails; only its log tells',
    components: [role.component],
    needs: ['logs'],
    after: ['logs.reach'],
    windowMs: LOG_WINDOW_MS,
    examine: ({ logs }, { nowMs }) => {
      const own = logs.value.filter(({ service }) => roleOf(service) === role.id);
      return judgeRole(role, own, nowMs);
    },
  }),
);

interface Told {
  readonly summary: LogSummary;
  readonly pattern: LogPattern;
}

function judgeRole(role: Role, logs: readonly ServiceLog[], nowMs: number): Judgement {
  const all = logs.map((log) => logSummary(log, nowMs));
  if (all.length === 0) return skip(`no log of ${role.id} is among those that are read`);
  const broken = all.find(({ verdict }) => verdict === 'UNREADABLE');
  if (broken !== undefined) return unreadable(broken, nowMs);
  const found = all.flatMap((summary) => summary.errors.map((pattern) => ({ summary, pattern })));
  const own = found.filter(({ pattern }) => !isToldElsewhere(pattern));
  if (own.length > 0) return judgeErrors(role, own, nowMs);
  if (found.length > 0) return skip(`${words(found[0])}: told by a check of its own`);
  return judgeClean(all, nowMs);
}

/** Errors of these kinds have a check that says what they mean. */
function isToldElsewhere(pattern: LogPattern): boolean {
  return kindOf({ text: pattern.example, level: pattern.level }) !== null;
}

function judgeErrors(role: Role, own: readonly Told[], nowMs: number): Judgement {
  const repeating = own.filter(({ summary, pattern }) => isRepeating(pattern, summary.newestAtMs));
  const worst = repeating[0] ?? own[0];
  const lines = own.reduce((sum, { pattern }) => sum + pattern.count, 0);
  const seconds = worst === undefined ? null : frequencySeconds(worst.pattern);
  const isLoss = role.losesByOne === true;
  const isBroken = isLoss || (repeating.length > 0 && role.level === 'P1');
  return {
    status: isBroken ? 'FAIL' : 'WARN',
    level: isBroken ? role.level : 'P2',
    says: `${lines} ERROR ${lines === 1 ? 'line' : 'lines'} in the last window; ${words(worst)}${isLoss ? '; each is a write that is not repeated' : ''}`,
    evidence: own.slice(0, 5).map((told) => errorEvidence(told, nowMs)),
    remedy: lookRemedy(worst?.summary),
    figures: {
      errors: lines,
      frequency_s_min: seconds?.min ?? null,
      frequency_s_max: seconds?.max ?? null,
    },
  };
}

export function words(told: Told | undefined): string {
  if (told === undefined) return 'nothing';
  const { summary, pattern } = told;
  return `${summary.service}: "${pattern.example}" ${pattern.count === 1 ? 'once' : frequencyText(pattern)}`;
}

export function errorEvidence({ summary, pattern }: Told, nowMs: number): Evidence {
  const { firstAtMs, lastAtMs, count, example } = pattern;
  const span =
    firstAtMs === null || lastAtMs === null
      ? 'without a time'
      : `${utcText(firstAtMs)} to ${utcText(lastAtMs)}`;
  const what = `${summary.service}: ${count} × "${example}", ${span}`;
  return { what, source: summary.place, observedAtMs: lastAtMs ?? summary.newestAtMs ?? nowMs };
}

function judgeClean(all: readonly LogSummary[], nowMs: number): Judgement {
  const live = all.filter(({ standing }) => standing === 'live');
  if (live.length === 0) return skip(quietWords(all, nowMs));
  const lines = live.reduce((sum, one) => sum + one.lines, 0);
  const warnings = live.reduce((sum, { byLevel }) => sum + byLevel.warn, 0);
  const says = `no ERROR among ${lines} lines, ${warnings} warnings${cutWords(live)}`;
  return {
    status: 'OK',
    says,
    evidence: live.map(({ service, place, lines: count, newestAtMs }) => ({
      what: `${service}: ${count} lines`,
      source: place,
      observedAtMs: newestAtMs ?? nowMs,
    })),
  };
}

/** What was not read cannot be well. */
function cutWords(live: readonly LogSummary[]): string {
  const cut = live.find(({ isCut }) => isCut);
  if (cut === undefined) return '';
  return `; of ${cut.service} only what is newer than ${utcText(cut.firstAtMs ?? Number.NaN)} was read`;
}

/** Nothing is known of now, and that is never well. */
function quietWords(all: readonly LogSummary[], nowMs: number): string {
  const said = all.map(({ service, newestAtMs }) =>
    newestAtMs === null
      ? `${service} has written nothing`
      : `${service} wrote last ${lagText(nowMs - newestAtMs)} ${newestAtMs > nowMs ? 'ahead of' : 'before'} this report`,
  );
  return `nothing is known of now: ${said.join(', ')}`;
}

function unreadable({ service, place, fault, lines }: LogSummary, nowMs: number): Judgement {
  const why = fault ?? `none of its ${lines} lines has a time or a level`;
  return {
    status: 'WARN',
    level: 'P2',
    says: `the log of ${service} cannot be read: ${why}`,
    evidence: [{ what: why, source: place, observedAtMs: nowMs }],
    remedy: {
      does: 'give a log that the service itself has written',
      command: 'cdb config show --origin',
      risk: 'none: it only reads',
      gate: null,
    },
  };
}

function lookRemedy(summary: LogSummary | undefined): Remedy {
  const isOwn = summary?.isOwn === true;
  return {
    does: isOwn ? 'read what the engine says' : `read what ${summary?.service ?? 'it'} says`,
    command: isOwn
      ? 'cdb logs --level error --since 1h'
      : `docker logs --since 1h ${shellWord(summary?.service ?? 'NAME')}`,
    risk: 'none: it only reads',
    gate: null,
  };
}
