import type { GateWarningKind } from '../../engine/control/delivery-gate-warnings.js';
import { check, evidence, skip, type Check } from '../check.js';

const WINDOW_MS = 60_000;

/** What makes an approval one that nobody can answer for; the rest is untidy. */
const SERIOUS: readonly GateWarningKind[] = [
  'unreadable',
  'approver',
  'time',
  'open-too-long',
  'clock',
  'ledger',
];

const GATE: Check = check({
  id: 'safety.delivery_gate',
  group: 'safety',
  level: 'P1',
  title: 'the delivery gate says who allowed what, and until when',
  matters: 'a gate that stands open, or that nobody signed, lets any change through',
  components: ['safety', 'repository'],
  needs: ['deliveryGate'],
  windowMs: WINDOW_MS,
  examine: ({ deliveryGate }) => {
    const { files, openScopes, warnings } = deliveryGate.value;
    const open = openScopes.length === 0 ? 'nothing is open' : `open: ${openScopes.join(', ')}`;
    const figures = { files: files.length, open: openScopes.length, warnings: warnings.length };
    if (files.length === 0 && warnings.length === 0) {
      return skip('there is no delivery gate here: it counts as closed');
    }
    const seen = [evidence(deliveryGate, `${files.join(', ')}: ${open}`)];
    if (warnings.length === 0) return { status: 'OK', says: open, evidence: seen, figures };
    const isSerious = warnings.some(({ kind }) => SERIOUS.includes(kind));
    return {
      status: 'WARN',
      level: isSerious ? 'P1' : 'P2',
      says: `${warnings.map(({ text }) => text).join('; ')} (${open})`,
      evidence: [...seen, ...warnings.map(({ text }) => evidence(deliveryGate, text))],
      figures: { ...figures, kinds: [...new Set(warnings.map(({ kind }) => kind))].join(',') },
      remedy: {
        does: 'close the gate, or have its owner fill in who allowed it and when, and commit the file',
        command: 'cdb gate list',
        risk: 'none: it reads only',
        gate: null,
        testsAfter: ['cdb gate list warns of nothing'],
      },
    };
  },
});

export const GATE_CHECKS: readonly Check[] = [GATE];
