import type { CanaryInputs } from '../domain/canary-terms.js';
import type { E8 } from '../domain/e8.js';
import { withInputs } from './case-change.js';
import { amount, choice, MS_IN_SEC_E8, WHOLE_E8, type AmountKnob, type Knob } from './knob.js';
import type { RecordedCase } from './recorded-case.js';

/** The knobs of the conditions that only an order of a canary has. */
export const CANARY_KNOBS: readonly (readonly [check: string, knobs: readonly Knob[]])[] = [
  [
    'canarySession',
    [
      choice('canarySession', ({ risk }) => sessionOf(risk?.inputs.canary ?? null), [
        { to: 'running', make: (recorded) => withCanary(recorded, { isActive: true }) },
      ]),
    ],
  ],
  ['canaryOpenOrders', [count('openOrders'), count('openOrdersMax')]],
  ['canaryOrders', [count('ordersSent'), count('ordersMax')]],
  [
    'canaryCooldownLeftSec',
    [
      {
        ...amount('canaryCooldownLeftSec', 'sec'),
        stepE8: MS_IN_SEC_E8,
        minE8: 0n,
        read: ({ risk }) => (risk?.inputs.canary ? risk.inputs.canary.cooldownLeftMs / 1000 : null),
        write: (recorded, pointE8) =>
          withCanary(recorded, { cooldownLeftMs: Number(pointE8 / MS_IN_SEC_E8) }),
      },
    ],
  ],
  ['canaryNotional', [usdt('notionalSentE8'), usdt('notionalTotalE8')]],
];

function count(name: 'openOrders' | 'openOrdersMax' | 'ordersSent' | 'ordersMax'): AmountKnob {
  return {
    ...amount(`canary.${name}`, 'orders'),
    kind: name.endsWith('Max') ? 'limit' : 'value',
    stepE8: WHOLE_E8,
    minE8: 0n,
    read: ({ risk }) => risk?.inputs.canary?.[name] ?? null,
    write: (recorded, pointE8) => withCanary(recorded, { [name]: Number(pointE8 / WHOLE_E8) }),
  };
}

function usdt(name: 'notionalSentE8' | 'notionalTotalE8'): AmountKnob {
  return {
    ...amount(name === 'notionalSentE8' ? 'canary.notionalSent' : 'canary.notionalTotal', 'USDT'),
    kind: name === 'notionalTotalE8' ? 'limit' : 'value',
    minE8: 0n,
    read: ({ risk }) => risk?.inputs.canary?.[name] ?? null,
    write: (recorded, pointE8: E8) => withCanary(recorded, { [name]: pointE8 }),
  };
}

function sessionOf(canary: CanaryInputs | null): string | null {
  return canary === null || canary.isActive ? null : 'ended';
}

function withCanary(recorded: RecordedCase, change: Partial<CanaryInputs>): RecordedCase {
  const canary = recorded.risk?.inputs.canary ?? null;
  return canary === null ? recorded : withInputs(recorded, { canary: { ...canary, ...change } });
}
