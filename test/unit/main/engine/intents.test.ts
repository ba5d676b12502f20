import { expect, it } from 'vitest';
import { findModeFlags } from '../../../../src/config/mode-flags.js';
import { effectiveRecord, initialRecord } from '../../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';
import type { EngineRun } from '../../../../src/engine/engine-run.js';
import type {
  EngageRequest,
  EngineRegister,
} from '../../../../src/main/engine/control-register.js';
import { intentHandler } from '../../../../src/main/engine/intents.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';

const OWN: ControlRecord = {
  ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }),
  epoch: 3,
};

const FLAGS = findModeFlags({ cwd: '/nowhere', env: { DRY_RUN: 'TRUE' } });

/** A latch at epoch 3 beside a place that has seen many more changes. */
function engineOf(own: ControlRecord) {
  const engaged: EngageRequest[] = [];
  const here = { place: 'latch', reading: { state: 'present', record: own } } as const;
  const elsewhere = { ...OWN, epoch: 50 };
  const there = {
    ...{ place: 'Redis', isShared: true },
    reading: { state: 'present', record: elsewhere },
  } as const;
  const context = { stateDirEmpty: false };
  const register: Pick<EngineRegister, 'own' | 'effective' | 'engage'> = {
    own: () => effectiveRecord([here], context),
    effective: () => effectiveRecord([here, there], context),
    engage: (request) => {
      engaged.push(request);
      return own;
    },
  };
  const live: Pick<EngineRun, 'knock' | 'obeys' | 'status'> = {
    knock: () => undefined,
    obeys: () => true,
    status: () => fakeEngineStatus({ openOrdersByBook: { real: 2, hypothetical: 1 } }),
  };
  const intent = intentHandler({
    ...{ live: live as EngineRun, register: register as EngineRegister },
    ...{ clock: new ManualClock(), flags: FLAGS, unwatched: [] },
  });
  return { intent, engaged };
}

it('halts by itself where the latch was not written, whatever epoch other places have', async () => {
  const { intent, engaged } = engineOf(OWN);
  await intent('engage', { epoch: 4, reason: 'manual', message: 'disk is full' });
  expect(engaged).toMatchObject([{ level: 'HALTED', message: 'disk is full' }]);
});

it('leaves the latch to who has written it', async () => {
  const { intent, engaged } = engineOf({ ...OWN, level: 'HALTED', epoch: 4 });
  await intent('engage', { epoch: 4, reason: 'manual' });
  expect(engaged).toEqual([]);
});

it('answers with the open orders of both books', async () => {
  const { intent } = engineOf(OWN);
  expect(await intent('engage', { epoch: 4 })).toMatchObject({
    open_orders: 3,
    open_orders_by_book: { real: 2, hypothetical: 1 },
  });
});

it('says the flags under which it was started', async () => {
  const { intent } = engineOf(OWN);
  expect(await intent('flags', {})).toEqual({ flags: FLAGS });
});
