import { check, skip, type Check, type Evidence } from '../check.js';
import { durationText } from '../../view/age.js';
import type { LogLine, ServiceLog } from './facts.js';
import { LOG_WINDOW_MS, roleOf } from './service-checks.js';
import { blockCode, reachedLimit } from './tokens.js';

/** So often the same figure is no chance. */
const SAME_FIGURE_MIN = 5;
const SAME_FIGURE_MS_MIN = 60_000;
const BLOCKS_MIN = 10;
const ALL_BLOCKED_MS_MIN = 55 * 60_000;
const APPROVED = /freigegeben|order approved/i;

interface Timed<T> {
  readonly value: T;
  readonly atMs: number | null;
  readonly log: ServiceLog;
}

function said<T>(
  logs: readonly ServiceLog[],
  read: (text: string) => T | null,
): readonly Timed<T>[] {
  return logs
    .filter(({ service }) => roleOf(service) === 'risk')
    .flatMap((log) =>
      log.lines.flatMap((line: LogLine) => {
        const value = read(line.text);
        return value === null ? [] : [{ value, atMs: line.atMs, log }];
      }),
    );
}

function spanMs(lines: readonly Timed<unknown>[]): number {
  const times = lines.flatMap(({ atMs }) => atMs ?? []);
  return times.length === 0 ? 0 : Math.max(...ends(times)) - Math.min(...ends(times));
}

/** Lines are in the order of time. */
function ends(times: readonly number[]): readonly number[] {
  return [times[0] ?? 0, times.at(-1) ?? 0];
}

function lastEvidence(lines: readonly Timed<unknown>[], what: string, nowMs: number): Evidence {
  const last = lines.at(-1);
  return {
    what,
    source: last?.log.place ?? 'logs',
    observedAtMs: last?.atMs ?? last?.log.newestAtMs ?? nowMs,
  };
}

const frozenExposure = check({
  id: 'logs.frozen_exposure',
  group: 'logs',
  level: 'P0',
  title: 'the exposure that risk holds against its limit moves',
  matters:
    'an exposure that never changes is one that nobody holds: it blocks every order for ever',
  components: ['risk'],
  needs: ['logs'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs }) => {
    const reached = said(logs.value, reachedLimit);
    const [first] = reached;
    if (first === undefined) {
      return skip('no log of risk names a reached limit');
    }
    const { figure, limit } = first.value;
    const isSame = reached.every(({ value }) => value.figure === figure);
    const forMs = spanMs(reached);
    const what = `${reached.length} × ${figure} >= ${limit} within ${durationText(forMs)}`;
    const evidence = [lastEvidence(reached, what, nowMs)];
    const figures = { exposure: Number(figure), limit: Number(limit), lines: reached.length };
    if (!isSame || reached.length < SAME_FIGURE_MIN || forMs < SAME_FIGURE_MS_MIN) {
      return {
        status: 'OK',
        says: `${reached.length} blocks at the limit, not frozen`,
        evidence,
        figures,
      };
    }
    return {
      status: 'FAIL',
      says: `exposure is frozen at ${figure} against ${limit}: ${what}`,
      evidence,
      figures,
      remedy: {
        does: 'compare the exposure in memory with positions and with filled orders; where they differ, restart risk so that it reads them again',
        command: 'cdb status',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

const blocks = check({
  id: 'logs.blocks',
  group: 'logs',
  level: 'P1',
  title: 'risk does not block everything by one code',
  matters: 'all blocked by one code for an hour is configuration, not risk at work',
  components: ['risk'],
  needs: ['logs'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs }) => {
    const blocked = said(logs.value, blockCode);
    const approved = said(logs.value, (text) => (APPROVED.test(text) ? true : null));
    const codes = [...new Set(blocked.map(({ value }) => value))].sort();
    if (blocked.length + approved.length === 0) {
      return skip('no log of risk names a decision');
    }
    const forMs = spanMs(blocked);
    const what =
      blocked.length === 0
        ? `${approved.length} approved, none blocked`
        : `${blocked.length} blocked (${codes.join(', ')}), ${approved.length} approved in ${durationText(forMs)}`;
    const evidence = [lastEvidence(blocked.length === 0 ? approved : blocked, what, nowMs)];
    const figures = { blocked: blocked.length, approved: approved.length, codes: codes.join(' ') };
    const isAll = approved.length === 0 && codes.length === 1 && blocked.length >= BLOCKS_MIN;
    if (!isAll || forMs < ALL_BLOCKED_MS_MIN) {
      const isOld = nowMs - (evidence[0]?.observedAtMs ?? nowMs) > LOG_WINDOW_MS;
      if (isOld) return skip(`nothing is known of now; last: ${what}`);
      return { status: 'OK', says: what, evidence, figures };
    }
    return {
      status: 'WARN',
      says: `all decisions are blocked by ${codes.join('')}: ${what}`,
      evidence,
      figures,
      remedy: {
        does: 'see which limit the code means, and what it is set to',
        command: `cdb explain ${codes.join('')}`,
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

export const RISK_LOG_CHECKS: readonly Check[] = [frozenExposure, blocks];
