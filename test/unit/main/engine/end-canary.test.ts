import { describe, expect, it } from 'vitest';
import {
  withoutCanary,
  type ControlReading,
  type ControlRecord,
} from '../../../../src/engine/domain/control.js';
import { initialRecord } from '../../../../src/engine/control/register.js';
import { LatchRegister } from '../../../../src/main/engine/control-register.js';
import { ChangedMeanwhile, DependencyError } from '../../../../src/operator-error.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { TERMS } from '../../engine/canary-terms.js';

const CANARY: ControlRecord = {
  ...initialRecord({ mode: 'canary', operator: 'ann', atMs: 0 }),
  ...{ canary: TERMS, epoch: 7, reason: 'canary' },
};
const dependency = 'state directory';

/** A latch on which somebody else is quicker at the first writes; null: nothing but that. */
function latchOf(quicker: readonly (ControlRecord | null)[], fault?: DependencyError) {
  let reading: ControlReading = { state: 'present', record: CANARY };
  let writes = 0;
  const latch = {
    name: 'latch file',
    read: () => reading,
    write: (record: ControlRecord) => {
      const other = quicker[writes];
      writes += 1;
      if (fault !== undefined) throw fault;
      if (other === undefined) {
        reading = { state: 'present', record };
        return;
      }
      if (other !== null) reading = { state: 'present', record: other };
      throw new ChangedMeanwhile('the latch', { dependency });
    },
    stop: () => {
      throw new Error('nobody stops here');
    },
  };
  const shell = { clock: new ManualClock(), onNotice: () => undefined };
  const register = new LatchRegister(latch, shell);
  const end = () => {
    register.endCanary(TERMS.sessionId, 'ended: stale_data');
    return reading.state === 'present' ? reading.record : null;
  };
  return { end, writes: () => writes };
}

describe('the end of a canary in the register', () => {
  it('is written over what somebody else wrote at that moment', () => {
    const step = { ...CANARY, epoch: 8, canary: { ...TERMS, percent: 50 } };
    const { end, writes } = latchOf([step]);
    const record = end();
    expect(record).toMatchObject({ mode: 'shadow', epoch: 9, reason: 'canary_rollback' });
    expect(record?.canary).toBeUndefined();
    expect([record?.message, writes()]).toEqual(['ended: stale_data', 2]);
  });

  it('keeps the halt that came at that moment', () => {
    const halt = { epoch: 8, level: 'HALTED', reason: 'manual' } as const;
    const { end } = latchOf([{ ...withoutCanary(CANARY), ...halt }]);
    expect(end()).toMatchObject({ mode: 'shadow', level: 'HALTED', epoch: 9 });
  });

  it.each<[string, ControlRecord]>([
    ['rolled back', { ...CANARY, epoch: 8, mode: 'paper' }],
    ['started another one', { ...CANARY, epoch: 8, canary: { ...TERMS, sessionId: 'next' } }],
  ])('changes nothing where somebody has %s meanwhile', (_, other) => {
    const { end, writes } = latchOf([other]);
    expect([end(), writes()]).toEqual([other, 1]);
  });

  it('gives up after some rounds, and at once on any other fault', () => {
    const endless = latchOf(Array.from({ length: 99 }, () => null));
    expect(endless.end).toThrow(ChangedMeanwhile);
    expect(endless.writes()).toBe(5);
    const full = new DependencyError('no space', { dependency, retryable: true });
    const broken = latchOf([], full);
    expect(broken.end).toThrow(full);
    expect(broken.writes()).toBe(1);
  });
});
