import { effectiveRecord, type PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { agoText, durationText } from '../../view/age.js';
import { check, evidence, type Check, type Evidence } from '../check.js';

/** Whoever changes several places is not done in an instant. */
const CHANGING_MS = 10_000;
const AHEAD_MS_MAX = 5_000;
const WINDOW_MS = 60_000;
const STATUS_COMMAND = 'cdb kill-switch status';

/** A place that nobody ever wrote is left out by the probe where nothing was kept beside it. */
export function controlOf(readings: readonly PlacedReading[]) {
  return effectiveRecord(readings, { stateDirEmpty: false });
}

const READABLE: Check = check({
  id: 'safety.register_readable',
  group: 'safety',
  level: 'P0',
  title: 'every place of the control register says what holds',
  matters: 'a place that cannot be read counts as HALTED, and a stop may stand in it unseen',
  components: ['safety'],
  needs: ['register'],
  windowMs: WINDOW_MS,
  examine: ({ register }) => {
    const { faults } = controlOf(register.value);
    const count = register.value.length;
    if (faults.length === 0) {
      const says = `${count} of ${count} places can be read`;
      return {
        status: 'OK',
        says,
        evidence: [evidence(register, says)],
        figures: { places: count },
      };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} of ${count} places cannot be used, so the level is HALTED: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(register, fault)),
      figures: { places: count, unreadable: faults.length },
      remedy: {
        does: 'bring the place back, or write a new record with a release',
        command: STATUS_COMMAND,
        risk: 'none: it reads only',
        gate: null,
        testsAfter: ['cdb kill-switch status names no fault'],
      },
    };
  },
});

interface Told {
  readonly place: string;
  readonly record: ControlRecord;
}

const AGREES: Check = check({
  id: 'safety.register_agrees',
  group: 'safety',
  level: 'P1',
  title: 'all places of the control register say the same',
  matters:
    'the most restrictive holds only while it can be read: when that place goes, trading goes on under the other',
  components: ['safety'],
  needs: ['register'],
  after: ['safety.register_readable'],
  windowMs: WINDOW_MS,
  examine: ({ register }, { nowMs }) => {
    const told = register.value.flatMap(({ place, reading }): readonly Told[] =>
      reading.state === 'present' ? [{ place, record: reading.record }] : [],
    );
    const differences = differencesOf(told, nowMs);
    const seen = told.map((one) => evidence(register, placeWords(one)));
    const epochs = told.map(({ record }) => record.epoch);
    const figures = {
      places: told.length,
      differences: differences.length,
      epoch_max: Math.max(0, ...epochs),
    };
    if (differences.length === 0) {
      const names = told.map(({ place }) => place).join(', ');
      const says = `${told.length} places agree (${names}), epoch ${figures.epoch_max}`;
      return { status: 'OK', says, evidence: seen, figures };
    }
    const newestMs = Math.max(...told.map(({ record }) => record.atMs));
    const isChanging = Math.abs(nowMs - newestMs) < CHANGING_MS;
    const late = isChanging
      ? ` (changed ${durationText(nowMs - newestMs)} ago, it may still spread)`
      : '';
    return {
      status: 'WARN',
      says: `${differences.join('; ')}${late}`,
      evidence: seen,
      figures,
      remedy: {
        does: 'find out who changed which place; engage or release again, which writes all of them',
        command: STATUS_COMMAND,
        risk: 'none: it reads only',
        gate: null,
        testsAfter: ['cdb kill-switch status shows one level in every place'],
      },
    };
  },
});

function differencesOf(told: readonly Told[], nowMs: number): readonly string[] {
  const unlike = (of: (record: ControlRecord) => string) =>
    new Set(told.map(({ record }) => of(record))).size > 1;
  const all = (of: (record: ControlRecord) => string) =>
    told.map(({ place, record }) => `${place} ${of(record)}`).join(', ');
  const scopes = ({ scopes: held }: ControlRecord) =>
    Object.entries(held)
      .map(([scope, level]) => `${scope}=${level}`)
      .sort()
      .join(' ') || 'none';
  const ahead = told.filter(({ record }) => record.atMs > nowMs + AHEAD_MS_MAX);
  return [
    ...(unlike(({ level }) => level) ? [`levels differ: ${all(({ level }) => level)}`] : []),
    ...(unlike(scopes) ? [`scopes differ: ${all(scopes)}`] : []),
    ...(unlike(({ mode }) => mode) ? [`modes differ: ${all(({ mode }) => mode)}`] : []),
    ...twins(told),
    ...ahead.map(({ place, record }) => `${place} was changed ${agoText(record.atMs, nowMs)}`),
  ];
}

/** One number for two changes: an order decided under one of them passes as decided under the other. */
function twins(told: readonly Told[]): readonly string[] {
  return told.flatMap((one, at) => {
    const other = told
      .slice(at + 1)
      .find(({ record }) => record.epoch === one.record.epoch && record.level !== one.record.level);
    return other === undefined
      ? []
      : [`epoch ${one.record.epoch} stands for two changes: ${one.place} and ${other.place}`];
  });
}

function placeWords({ place, record }: Told): string {
  const { level, mode, epoch, operator, reason } = record;
  return `${place}: ${level} ${mode}, epoch ${epoch}, ${reason} by ${operator}`;
}

const TRADING: Check = check({
  id: 'safety.trading_level',
  group: 'safety',
  level: 'P1',
  title: 'trading is not stopped without anybody knowing',
  matters: 'silence of the execution is well only where somebody knows that trading is stopped',
  components: ['safety', 'execution'],
  needs: ['register'],
  windowMs: WINDOW_MS,
  examine: ({ register }, { nowMs }) => {
    const { record } = controlOf(register.value);
    const { level, scopes, mode, epoch, operator, reason, message, atMs } = record;
    const held = Object.entries(scopes).map(([scope, one]) => `${scope} ${one}`);
    const figures = { level, mode, epoch, scopes: held.length };
    const since = atMs === 0 ? '' : ` ${agoText(atMs, nowMs)}`;
    const seen: readonly Evidence[] = [evidence(register, `${level} ${mode}, epoch ${epoch}`)];
    if (level === 'TRADING' && held.length === 0) {
      return { status: 'OK', says: `TRADING in ${mode}, epoch ${epoch}`, evidence: seen, figures };
    }
    const what = level === 'TRADING' ? held.join(', ') : level;
    return {
      status: 'WARN',
      says: `${what} by ${operator}${since}: ${[reason, message].filter(Boolean).join(': ')}`,
      evidence: seen,
      figures,
      remedy: {
        does: 'find out why, and release once it is safe again',
        command: STATUS_COMMAND,
        risk: 'a release lets orders go again',
        gate: null,
      },
    };
  },
});

export const REGISTER_CHECKS: readonly Check[] = [READABLE, AGREES, TRADING];
