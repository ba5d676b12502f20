import { durationText } from '../../view/age.js';
import { MODES } from '../../engine/domain/control.js';
import { check, evidence, skip, type Check } from '../check.js';

const WINDOW_MS = 60_000;
/** Of orders that a session has out when its time is over. */
const OVER_MS = 60_000;

const MODE: Check = check({
  id: 'safety.mode',
  group: 'safety',
  level: 'P1',
  title: 'the mode that holds is the one that was asked for',
  matters: 'flags, register and engine that say different things make nobody sure where orders go',
  components: ['safety', 'config'],
  needs: ['tradingMode'],
  windowMs: WINDOW_MS,
  examine: ({ tradingMode }) => {
    const { effective, flagsOf, engineMode } = tradingMode.value;
    const { mode, asked, verdict, why, flags } = effective;
    const figures = { mode, asked, verdict, engine: engineMode };
    const words = `${mode} holds (asked for ${asked ?? 'unknown'}; the flags of ${flagsOf} permit ${flags.permits})`;
    const seen = [
      evidence(tradingMode, words),
      ...(engineMode === null
        ? []
        : [evidence(tradingMode, `the engine decides in ${engineMode}`)]),
    ];
    const remedy = {
      does: 'make flags and register say the same',
      command: 'cdb mode show',
      risk: 'none: it reads only',
      gate: null,
      testsAfter: ['cdb mode show ends with 0'],
    };
    const rank = (name: string) => MODES.findIndex((one) => one === name);
    if (engineMode !== null && rank(engineMode) > rank(mode)) {
      const says = `the engine decides in ${engineMode}, and no more than ${mode} holds`;
      return { status: 'FAIL', level: 'P0', says, evidence: seen, figures, remedy };
    }
    if (verdict === 'NO-GO') {
      const says = `${mode} holds instead of ${asked ?? 'an unknown mode'}: ${why.join('; ')}`;
      return { status: 'WARN', says, evidence: seen, figures, remedy };
    }
    if (engineMode !== null && engineMode !== mode) {
      const says = `the engine decides in ${engineMode}, and ${mode} was asked for`;
      return { status: 'WARN', says, evidence: seen, figures, remedy };
    }
    return { status: 'OK', says: words, evidence: seen, figures };
  },
});

const CANARY: Check = check({
  id: 'safety.canary',
  group: 'safety',
  level: 'P0',
  title: 'no canary is open that nobody leads',
  matters: 'a canary is real money for a few minutes under the eyes of a person, and nothing else',
  components: ['safety', 'execution'],
  needs: ['canary'],
  windowMs: WINDOW_MS,
  examine: ({ canary }) => {
    const { registerMode, session, isEngineRunning } = canary.value;
    const isOpen = session?.phase === 'running' || session?.phase === 'held';
    const figures = {
      register: registerMode,
      phase: session?.phase ?? null,
      ran_ms: session?.ranMs ?? null,
    };
    const remedy = {
      does: 'end the canary: back to shadow',
      command: 'cdb canary rollback',
      risk: 'what it holds stays held until a person closes it',
      gate: null,
      testsAfter: ['cdb canary status'],
    };
    const told = (says: string) => ({ says, evidence: [evidence(canary, says)], figures });
    if (registerMode === 'canary' && !isEngineRunning) {
      const says =
        'the register says canary and no engine runs: the next start would go on with it';
      return { status: 'FAIL', ...told(says), remedy };
    }
    if (registerMode === 'canary' && !isOpen) {
      const says = `the register says canary, and the engine has none open (${session?.phase ?? 'none seen'})`;
      return { status: 'FAIL', ...told(says), remedy };
    }
    if (session === null) return skip('no canary was ever seen here');
    const { phase, symbol, heldQty, ranMs, durationMs, detail } = session;
    if (isOpen) {
      const times = `${durationText(ranMs)} of ${durationText(durationMs)}`;
      const says = `a canary of ${symbol} is ${phase} since ${times}${detail === '' ? '' : `: ${detail}`}`;
      return { status: ranMs > durationMs + OVER_MS ? 'FAIL' : 'WARN', ...told(says), remedy };
    }
    if (Number(heldQty) === 0)
      return { status: 'OK', ...told(`the last canary is ${phase}, nothing is left of it`) };
    const says = `the last canary is ${phase} and has left ${heldQty} ${symbol}`;
    return {
      status: 'FAIL',
      ...told(says),
      remedy: {
        ...remedy,
        does: 'close what it has left',
        command: 'cdb kill-switch engage --flatten',
      },
    };
  },
});

export const MODE_CHECKS: readonly Check[] = [MODE, CANARY];
