import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { check, evidence, notExamined, skip, type Check } from '../check.js';
import { sideOf, valueOf, WINDOW_MS } from './growth.js';
import { engineOf } from './verdicts.js';

const EVIDENCE_MS_MAX = 3_600_000;

export const COUNTER_RESETS: Check = check({
  id: 'pipeline.counter_resets',
  group: 'pipeline',
  level: 'P3',
  title: 'counters are as old as what they are compared with',
  matters: 'a counter that began again at 0 was read as lost orders: 131 counted, 520 in the table',
  components: ['monitoring'],
  needs: ['counters'],
  looks: ['engine'],
  windowMs: EVIDENCE_MS_MAX,
  examine: ({ counters }, { nowMs, readings }) => {
    const history = counters.value;
    if (engineOf(readings) !== null) return notExamined('the engine counts by run');
    const side = sideOf(history, [['*.execution_orders_filled_total']]);
    const rows = valueOf(history, 'rows.orders') ?? valueOf(history, 'rows.trades');
    const counter = side?.newest[0]?.counter;
    if (counter === undefined || rows === null || counter.sinceMs === null) {
      return notExamined('no counter of fills with its start, or no table');
    }
    const upMs = nowMs - counter.sinceMs;
    const says = `${countText(counter.value)} fills counted in ${durationText(upMs)}, ${countText(rows)} rows`;
    const proof = [evidence(counters, says)];
    if (upMs >= (history.windowMs ?? WINDOW_MS) || rows <= counter.value) {
      return { status: 'OK', says, evidence: proof };
    }
    return {
      status: 'WARN',
      says: `counters of execution began ${durationText(upMs)} ago: ${says}, of which most are older; only growth is compared`,
      evidence: proof,
    };
  },
});

/** The process that holds the directory has to answer, or nothing of it is known. */
export const ENGINE_CHECK: Check = check({
  id: 'pipeline.engine_answers',
  group: 'pipeline',
  level: 'P1',
  title: 'the engine that runs here answers',
  matters:
    'an engine that holds the directory and does not answer can neither be seen nor asked to stop',
  components: ['services'],
  needs: [],
  looks: ['engine'],
  windowMs: 30_000,
  examine: (_, { readings }) => {
    const { engine: reading } = readings;
    const engine = engineOf(readings);
    if (engine !== null) {
      const { observedAtMs, run, word } = engine.value;
      const says = `pid ${run.pid} answers: ${word}`;
      return {
        status: 'OK',
        says,
        evidence: [{ what: says, source: engine.source, observedAtMs }],
      };
    }
    if (reading.state === 'read') return skip('no engine runs here now');
    if (reading.state === 'absent') return notExamined(reading.why);
    const why = reading.state === 'timeout' ? `no answer in ${reading.afterMs} ms` : reading.why;
    return {
      status: 'FAIL',
      says: why,
      evidence: [],
      remedy: {
        does: 'read what it did last; "cdb stop" ends it, "cdb kill-switch engage" works without it',
        command: 'cdb logs',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});
