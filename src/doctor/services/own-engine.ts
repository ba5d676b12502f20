import { agoText, durationText } from '../../view/age.js';
import { check, evidence, skip, type Check, type Judgement } from '../check.js';
import type { EngineProcessFacts } from './facts.js';

const NOW_MS_MAX = 60_000;
/** It beats several times a second. */
const SILENT_MS = 5_000;

const engine = check({
  id: 'services.engine',
  group: 'services',
  level: 'P1',
  title: 'the engine that was started is there, and its loops go round',
  matters: 'an engine that hangs holds its lock and its port, and does nothing',
  components: ['services'],
  needs: ['engineProcess'],
  windowMs: NOW_MS_MAX,
  examine: ({ engineProcess }, { nowMs }): Judgement => {
    const { holder, heartbeat } = engineProcess.value;
    const beat = heartbeat.state === 'present' ? heartbeat.heartbeat : null;
    if (holder === null) return withoutHolder(beat, nowMs);
    const who = `engine with pid ${holder.pid}, mode ${holder.mode}, up ${durationText(nowMs - holder.startedAtMs)}`;
    const isIts = beat?.pid === holder.pid && beat.startedAtMs === holder.startedAtMs;
    const isYoung = nowMs - holder.startedAtMs < 2 * SILENT_MS;
    if (heartbeat.state === 'unreadable') {
      return fail(`${who}: its heartbeat cannot be read, ${heartbeat.why}`);
    }
    if (!isIts && !isYoung) return fail(`${who}: it has no heartbeat`);
    const atMs = isIts ? beat.atMs : holder.startedAtMs;
    if (Math.abs(nowMs - atMs) > SILENT_MS) {
      return fail(`${who}: it hangs, its heartbeat is of ${agoText(atMs, nowMs)}`);
    }
    const says = isIts ? `${who}: ${beat.phase}, beat ${beat.beat}` : `${who}: it has just begun`;
    return { status: 'OK', says, evidence: [evidence(engineProcess, says)] };
  },
});

type Beat = Extract<EngineProcessFacts['heartbeat'], { readonly state: 'present' }>['heartbeat'];

/** Whoever ends without a goodbye has died. */
function withoutHolder(beat: Beat | null, nowMs: number): Judgement {
  if (beat === null) return skip('no engine runs here, and none has left a heartbeat');
  const last = `${agoText(beat.atMs, nowMs)}, run ${beat.runId}`;
  if (beat.phase === 'stopped')
    return skip(`no engine runs here; the last one ended as it should ${last}`);
  return fail(`the engine with pid ${beat.pid} died without a goodbye; last heartbeat ${last}`);
}

function fail(says: string): Judgement {
  return {
    status: 'FAIL',
    says,
    evidence: [],
    remedy: {
      does: 'read its last lines, then start it again: it recovers from its journal',
      command: 'cdb logs --since 1h',
      risk: 'none: it only reads',
      gate: null,
    },
  };
}

const watchdog = check({
  id: 'services.watchdog',
  group: 'services',
  level: 'P1',
  title: 'somebody watches the engine, and has raised no alarm',
  matters: 'an engine that hangs with orders at a venue is stopped by nobody else',
  components: ['services', 'safety'],
  needs: ['engineProcess'],
  windowMs: NOW_MS_MAX,
  examine: ({ engineProcess }, { nowMs }): Judgement => {
    const { holder, watchdog: standing } = engineProcess.value;
    const { state, alarm, pid, does, lookedAtMs } = standing;
    const seen = (says: string) => [evidence(engineProcess, says)];
    if (alarm !== null) {
      const says = `an alarm that nobody has acknowledged: ${alarm.words}; orders at the venue cancelled: ${alarm.cancel}`;
      return {
        ...{ status: 'FAIL', level: 'P0', says, evidence: seen(says) },
        remedy: {
          does: 'look at open orders and positions at the venue, then acknowledge the alarm',
          command: 'cdb status',
          risk: 'none: it only reads',
          gate: null,
        },
      };
    }
    if (state === 'none') {
      const isMoney = holder !== null && !['shadow', 'paper'].includes(holder.mode);
      if (!isMoney) return skip('nobody watches, and no engine here sends orders to a venue');
      const says = `nobody watches the engine in mode ${holder.mode}`;
      return { status: 'WARN', says, evidence: seen(says), remedy: START_REMEDY };
    }
    if (state === 'silent') {
      const says = `the watchdog with pid ${pid ?? 'unknown'} looked last ${agoText(lookedAtMs, nowMs)}`;
      return { status: 'FAIL', says, evidence: seen(says), remedy: START_REMEDY };
    }
    const says = `the watchdog with pid ${pid ?? 'unknown'} watches (${does})`;
    return { status: 'OK', says, evidence: seen(says) };
  },
});

const START_REMEDY = {
  does: 'start a watchdog on the same state directory',
  command: 'cdb watchdog',
  risk: 'it halts trading when the engine hangs',
  gate: null,
};

export const OWN_ENGINE_CHECKS: readonly Check[] = [engine, watchdog];
