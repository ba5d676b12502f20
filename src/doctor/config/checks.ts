import { check, evidence, type Check } from '../check.js';
import { secrets } from './secret-check.js';
import { asymmetry, autoUnwind, ports, units } from './value-checks.js';

const NOW_MS_MAX = 60_000;

const valid = check({
  id: 'config.valid',
  group: 'config',
  level: 'P1',
  title: 'configuration files, environment and flags can be read',
  matters: 'with a broken configuration nothing starts, and half of the system is not examined',
  components: ['config'],
  needs: ['config'],
  windowMs: NOW_MS_MAX,
  examine: ({ config }) => {
    const { faults, effective } = config.value;
    const [first] = faults;
    if (first === undefined) {
      const says = `${effective.length} keys are set and valid`;
      return { status: 'OK', says, evidence: [evidence(config, says)] };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} faults, the first: ${first}`,
      evidence: faults.map((fault) => evidence(config, fault)),
      remedy: {
        does: 'correct the places that are named',
        command: 'cdb config validate',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

export const CONFIG_CHECKS: readonly Check[] = [
  valid,
  secrets,
  units,
  asymmetry,
  autoUnwind,
  ports,
];
