import { check, evidence, notExamined, type Check, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import { portFaults } from './port-faults.js';
import { RISK_VARIABLES } from './stack-variables.js';
import { thresholdFaults, variableFaults } from './unit-faults.js';

const NOW_MS_MAX = 60_000;
/** The gate's own minimum for a signal, in a stack whose code has it (RC_010). */
const STACK_GATE_PP_MIN = 3;
/** A signal so far below what the gate demands passes it by accident only. */
const ASYMMETRY_MAX = 100;
const YES = /^(?:true|1|yes|on)$/i;

function change(does: string, command: string | null): Remedy {
  return {
    does,
    command,
    risk: 'another limit changes what is traded: review it as one',
    gate: null,
    testsAfter: ['cdb doctor --group config'],
  };
}

export const units: Check = check({
  id: 'config.units',
  group: 'config',
  level: 'P1',
  title: 'limits are in the unit that their name says',
  matters: 'percentage points taken for a fraction are a limit that is a hundred times off',
  components: ['config', 'risk'],
  needs: ['stackVariables'],
  looks: ['thresholds'],
  windowMs: NOW_MS_MAX,
  examine: ({ stackVariables }, { readings }) => {
    const { thresholds } = readings;
    const faults = [
      ...variableFaults(stackVariables.value),
      ...(thresholds.state === 'read' ? thresholdFaults(thresholds.value) : []),
    ];
    const words = faults.map((fault) => fault.words);
    const figures = { faults: faults.length };
    if (faults.length === 0) {
      const says = 'limits are in the units of their names';
      const of = thresholds.state === 'read' ? thresholds : stackVariables;
      return { status: 'OK', says, evidence: [evidence(of, says)], figures };
    }
    return {
      status: faults.some(({ kind }) => kind === 'range') ? 'FAIL' : 'WARN',
      says: `${faults.length} limits seem to be in another unit: ${words.join('; ')}`,
      evidence: words.map((one) => evidence(stackVariables, one)),
      remedy: change('give the value in the unit that is required', 'cdb config show --origin'),
      figures,
    };
  },
});

export const asymmetry: Check = check({
  id: 'config.threshold_asymmetry',
  group: 'config',
  level: 'P2',
  title: 'signals are raised where risk can take them',
  matters: 'signals far below what risk demands are all blocked, for days, and look like activity',
  components: ['config', 'signal', 'risk'],
  needs: ['stackVariables'],
  looks: ['thresholds'],
  windowMs: NOW_MS_MAX,
  examine: ({ stackVariables }, { readings }) => {
    const pairs = [...ownPair(readings), ...stackPair(readings)];
    if (pairs.length === 0) {
      return notExamined('no signal has a threshold');
    }
    const words = pairs.map(
      ({ signalPp, gatePp, whose }) =>
        `signals of ${whose} from ${signalPp} pp, risk demands ${gatePp} pp`,
    );
    const proof = words.map((one) => evidence(stackVariables, one));
    const apart = pairs.filter(({ signalPp, gatePp }) => gatePp >= ASYMMETRY_MAX * signalPp);
    const [first] = apart.length > 0 ? apart : pairs;
    const figures = { signal_pp: first?.signalPp ?? 0, gate_pp: first?.gatePp ?? 0 };
    if (apart.length === 0)
      return { status: 'OK', says: words.join('; '), evidence: proof, figures };
    return {
      status: 'WARN',
      says: `${words.join('; ')}: nearly all will be blocked with RC_010`,
      evidence: proof,
      remedy: change('bring both to one order of magnitude', 'cdb explain RC_010'),
      figures,
    };
  },
});

interface Pair {
  readonly signalPp: number;
  readonly gatePp: number;
  readonly whose: string;
}

function ownPair({ thresholds }: Readings): readonly Pair[] {
  if (thresholds.state !== 'read') return [];
  const { signal, gate } = thresholds.value.values;
  // The break-out rule has no threshold in percentage points.
  if (signal.adapter !== 'momentum_builtin') return [];
  const { pctChange15mPpMin: gatePp } = gate;
  return [{ signalPp: signal.thresholdPp, gatePp, whose: 'this configuration' }];
}

function stackPair({ stackVariables }: Readings): readonly Pair[] {
  if (stackVariables.state !== 'read') return [];
  const signalPp = Number(stackVariables.value.values['SIGNAL_THRESHOLD_PCT']?.text);
  if (!Number.isFinite(signalPp)) return [];
  return [{ signalPp, gatePp: STACK_GATE_PP_MIN, whose: 'SIGNAL_THRESHOLD_PCT' }];
}

export const autoUnwind: Check = check({
  id: 'config.auto_unwind',
  group: 'config',
  level: 'P1',
  title: 'positions of paper trading are closed again',
  matters: 'without it paper trading buys up to its limit and then never trades again',
  components: ['config', 'execution'],
  needs: ['stackVariables'],
  looks: ['thresholds'],
  windowMs: NOW_MS_MAX,
  examine: ({ stackVariables }, { readings }) => {
    const said = [...ownUnwind(readings), ...stackUnwind(readings)];
    if (said.length === 0) {
      return notExamined('nothing here trades on paper');
    }
    const off = said.filter(({ isOn }) => !isOn);
    const says = (off.length > 0 ? off : said).map(({ words }) => words).join('; ');
    const proof = [evidence(stackVariables, says)];
    if (off.length === 0) return { status: 'OK', says, evidence: proof };
    return {
      status: 'WARN',
      says: `${says}: paper trading will only buy`,
      evidence: proof,
      remedy: change('switch it on', off[0]?.command ?? null),
    };
  },
});

interface Unwind {
  readonly isOn: boolean;
  readonly words: string;
  readonly command: string | null;
}

function ownUnwind({ thresholds }: Readings): readonly Unwind[] {
  if (thresholds.state !== 'read' || thresholds.value.mode !== 'paper') return [];
  const isOn = thresholds.value.values.risk.autoUnwind;
  const command = 'cdb config set thresholds.overrides.risk.autoUnwind true';
  return [{ isOn, words: `risk.autoUnwind is ${isOn}`, command }];
}

/** Off is what the code has where nothing is set. */
function stackUnwind({ stackVariables }: Readings): readonly Unwind[] {
  if (stackVariables.state !== 'read') return [];
  const { values } = stackVariables.value;
  if (!RISK_VARIABLES.some((name) => values[name] !== undefined)) return [];
  const mode = values['TRADING_MODE']?.text ?? 'paper';
  const isMock = values['MOCK_TRADING'] === undefined || YES.test(values['MOCK_TRADING'].text);
  if (mode !== 'paper' || !isMock) return [];
  const text = values['PAPER_AUTO_UNWIND']?.text;
  const words = `PAPER_AUTO_UNWIND is ${text ?? 'not set, which is off'}`;
  return [{ isOn: YES.test(text ?? ''), words, command: null }];
}

export const ports: Check = check({
  id: 'config.ports',
  group: 'config',
  level: 'P2',
  title: 'each service has a port of its own, and is asked there',
  matters: 'a service that is asked at the wrong port reads as down, or as another',
  components: ['config', 'services'],
  needs: ['stackVariables'],
  windowMs: NOW_MS_MAX,
  examine: ({ stackVariables }) => {
    const { addresses, values } = stackVariables.value;
    const named = Object.keys(values).filter((name) => name.endsWith('_PORT')).length;
    if (addresses.length + named === 0) {
      return notExamined('no port of a service is named');
    }
    const faults = portFaults(stackVariables.value);
    const figures = { services: addresses.length, variables: named, faults: faults.length };
    if (faults.length === 0) {
      const says = `${addresses.length + named} ports of services are named, each once`;
      return { status: 'OK', says, evidence: [evidence(stackVariables, says)], figures };
    }
    return {
      status: 'WARN',
      says: faults.join('; '),
      evidence: faults.map((fault) => evidence(stackVariables, fault)),
      remedy: change('correct doctor.services, or the variables', 'cdb config show --origin'),
      figures,
    };
  },
});
