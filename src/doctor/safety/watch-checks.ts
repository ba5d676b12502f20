import { agoText } from '../../view/age.js';
import { check, evidence, skip, type Check, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import { controlOf } from './register-checks.js';

const WINDOW_MS = 60_000;

const WATCH_REMEDY: Remedy = {
  does: 'start the watchdog beside the engine',
  command: 'cdb watchdog',
  risk: 'it halts an engine that stands still',
  gate: null,
  testsAfter: ['cdb doctor --only safety.watchdog is OK'],
};

const WATCHDOG: Check = check({
  id: 'safety.watchdog',
  group: 'safety',
  level: 'P1',
  title: 'somebody watches the engine from outside',
  matters: 'an engine that stands still cannot stop itself, nor cancel what it has out',
  components: ['safety', 'execution'],
  needs: ['watchdog'],
  looks: ['register'],
  windowMs: WINDOW_MS,
  examine: ({ watchdog }, { nowMs, readings }) => {
    const { standing, isEngineRunning } = watchdog.value;
    const { state, pid, does, lookedAtMs, alarm } = standing;
    const isReal = isRealMoney(readings);
    const looked = agoText(lookedAtMs, nowMs);
    const figures = { state, pid, engine: isEngineRunning };
    if (alarm !== null) {
      return {
        status: 'FAIL',
        says: `its alarm is not acknowledged: ${alarm.words}`,
        evidence: [evidence(watchdog, alarm.words)],
        figures,
        remedy: {
          does: 'find out what it was, acknowledge the alarm, then release',
          command: 'cdb watchdog ack --operator NAME --justification TEXT',
          risk: 'trading stays halted until a release',
          gate: null,
        },
      };
    }
    if (state === 'watches') {
      const says = `process ${pid ?? '?'} watches (${does}), looked ${looked}`;
      return { status: 'OK', says, evidence: [evidence(watchdog, says)], figures };
    }
    const says =
      state === 'silent' ? `process ${pid ?? '?'} is silent, looked ${looked}` : 'nobody watches';
    const told = { says, evidence: [evidence(watchdog, says)], figures, remedy: WATCH_REMEDY };
    if (isReal) return { ...told, status: 'FAIL', level: 'P0' };
    if (state === 'silent') return { ...told, status: 'WARN' };
    const why = isEngineRunning ? 'it is needed from canary on' : 'no engine runs';
    return skip(`${says}: ${why}`);
  },
});

const SAGAS: Check = check({
  id: 'safety.exits',
  group: 'safety',
  level: 'P0',
  title: 'what stops asked for beside the stop is done',
  matters: 'orders stay open and positions stay held that somebody ordered to be gone',
  components: ['safety', 'execution'],
  needs: ['engine'],
  looks: ['register'],
  windowMs: WINDOW_MS,
  examine: ({ engine }, { readings }) => {
    const view = engine.value;
    const wished = readings.register.state === 'read' ? wishesOf(readings.register.value) : 0;
    if (view === null) {
      if (wished === 0) return skip('no engine runs, and nothing was asked for');
      const says = `${wished} were asked for and no engine runs that would say what became of them`;
      return { status: 'WARN', says, evidence: [evidence(engine, says)], figures: { wished } };
    }
    const open = view.exits.filter(({ state }) => state !== 'done' && state !== 'withdrawn');
    const stuck = open.filter(({ state }) => state === 'stuck');
    const figures = { asked: view.exits.length, unfinished: open.length, stuck: stuck.length };
    if (open.length === 0) {
      const says = `${view.exits.length} asked for, none unfinished`;
      return { status: 'OK', says, evidence: [evidence(engine, says)], figures };
    }
    const words = open.map(
      ({ what, killId, state, why, positions }) =>
        `${what} ${killId} is ${state}${why === '' ? '' : `: ${why}`}${positions.length === 0 ? '' : ` (left ${positions.join(', ')})`}`,
    );
    return {
      status: stuck.length > 0 ? 'FAIL' : 'WARN',
      says: words.join('; '),
      evidence: words.map((one) => evidence(engine, one)),
      figures,
      remedy: {
        does: 'look what keeps it, and close at the venue by hand what the engine cannot',
        command: 'cdb status',
        risk: 'none: it reads only',
        gate: null,
        testsAfter: ['cdb status shows no exit that is not done'],
      },
    };
  },
});

function wishesOf(readings: Parameters<typeof controlOf>[0]): number {
  return controlOf(readings).record.exits?.length ?? 0;
}

export function isRealMoney({ register }: Readings): boolean {
  if (register.state !== 'read') return false;
  return ['canary', 'live'].includes(controlOf(register.value).record.mode);
}

export const WATCH_CHECKS: readonly Check[] = [WATCHDOG, SAGAS];
