import { describe, expect, it } from 'vitest';
import {
  effectiveRecord,
  followedRecord,
  initialRecord,
  renumberedRecord,
  type PlacedReading,
} from '../../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';

const TRADING: ControlRecord = {
  ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }),
  epoch: 3,
};
const ORDER: ControlRecord = {
  ...TRADING,
  level: 'HALTED',
  epoch: 13,
  mode: 'shadow',
  atMs: 2_000,
};

function there(record: ControlRecord): PlacedReading {
  return { place: 'Redis', isShared: true, isOrder: true, reading: { state: 'present', record } };
}

describe('an order for all hosts', () => {
  it('is kept by a latch, in the mode of its own host', () => {
    expect(followedRecord(TRADING, { order: ORDER, followed: null })).toEqual({
      ...ORDER,
      mode: 'paper',
    });
  });

  it('loses nothing of what the latch was asked to cancel or close', () => {
    const wish = (killId: string) => ({ killId, cancelOpen: true, flatten: true, scopes: [] });
    const own = { ...TRADING, level: 'REDUCING', exits: [wish('3-own')] } as const;
    const order = { ...ORDER, exits: [wish('13-all')] };
    expect(followedRecord(own, { order, followed: null })?.exits).toEqual([
      wish('3-own'),
      wish('13-all'),
    ]);
  });

  it('ends with the order that ends it, where the latch had it on that word alone', () => {
    const kept = { ...ORDER, mode: 'paper' } as const;
    const epochs = { all: 14, any: 14 };
    const end: ControlRecord = { ...TRADING, epoch: 14, reason: 'released', released: epochs };
    expect(followedRecord(kept, { order: end, followed: kept })).toEqual(end);
    // Engaged here as well, or since: only here it is taken back.
    const own = { ...kept, atMs: 2_500 };
    expect(followedRecord(own, { order: end, followed: kept })).toBeNull();
    expect(followedRecord(kept, { order: end, followed: null })).toBeNull();
  });

  it('never lifts what is stricter here, and is raised above it where both restrict', () => {
    const halted = { ...TRADING, level: 'HALTED', epoch: 20 } as const;
    const reduce: ControlRecord = { ...ORDER, level: 'REDUCING', scopes: { 'symbol:X': 'HALTED' } };
    expect(
      followedRecord(halted, { order: { ...reduce, epoch: 21 }, followed: null }),
    ).toMatchObject({
      level: 'HALTED',
      scopes: { 'symbol:X': 'HALTED' },
      epoch: 21,
    });
  });

  it('is not kept once something newer was decided here: a place may not have been asked since', () => {
    const released: ControlRecord = { ...TRADING, epoch: 14, atMs: 9_000 };
    expect(followedRecord(released, { order: ORDER, followed: null })).toBeNull();
  });
});

it('no other host stands in for the mode of one whose latch can not be read', () => {
  const reading = { state: 'unreadable', why: 'garbage' } as const;
  const all = [{ place: 'latch file', reading }, there({ ...TRADING, mode: 'paper' })];
  expect(effectiveRecord(all, { stateDirEmpty: false }).record).toMatchObject({
    level: 'HALTED',
    mode: 'shadow',
  });
});

describe('epochs of several places', () => {
  it('are above all others after a change here, so that an older order is older everywhere', () => {
    const others = [there({ ...TRADING, epoch: 12 })];
    expect(renumberedRecord(TRADING, { others, counted: TRADING })).toBeNull();
    const released = { ...TRADING, epoch: 5, atMs: 9_000 };
    expect(renumberedRecord(released, { others, counted: TRADING })).toMatchObject({ epoch: 13 });
    const above = { ...released, epoch: 13 };
    expect(renumberedRecord(above, { others, counted: TRADING })).toBeNull();
  });

  it('say nothing of the mode of another host, and of a loss where nothing was ever ordered', () => {
    const own = { place: 'latch file', reading: { state: 'present', record: TRADING } } as const;
    const context = { stateDirEmpty: false };
    const shadow = { ...TRADING, mode: 'shadow', epoch: 40 } as const;
    expect(effectiveRecord([own, there(shadow)], context).record).toMatchObject({
      ...{ mode: 'paper', level: 'TRADING', epoch: 40 },
    });
    const absent = { place: 'Redis', isShared: true, reading: { state: 'absent' } } as const;
    expect(effectiveRecord([own, absent], context)).toMatchObject({ faults: [] });
    expect(
      effectiveRecord([{ ...own, reading: { state: 'absent' } }, absent], context),
    ).toMatchObject({ record: { level: 'HALTED' } });
  });
});
