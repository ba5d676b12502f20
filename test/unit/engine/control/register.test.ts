import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedReading } from '../../../../src/engine/control/register.js';
import {
  effectiveRecord,
  initialRecord,
  lower,
  raise,
  SCOPES_MAX,
  withMode,
} from '../../../../src/engine/control/register.js';
import type { ControlRecord, ExitWish, Level } from '../../../../src/engine/domain/control.js';
import { LEVELS, MODES } from '../../../../src/engine/domain/control.js';
import { TERMS } from '../canary-terms.js';

const AT_MS = Date.UTC(2026, 1, 9, 15, 30);
const STOP = { scopes: [], reason: 'manual', message: 'm', operator: 'ops', atMs: AT_MS };
const RELEASE = { operator: 'ops', justification: 'checked', atMs: AT_MS };
const FIRST = initialRecord({ mode: 'paper', operator: 'ops', atMs: AT_MS });

function present(record: ControlRecord, place = 'latch'): PlacedReading {
  return { place, reading: { state: 'present', record } };
}
const ABSENT: PlacedReading = { place: 'latch', reading: { state: 'absent' } };
const UNREADABLE: PlacedReading = {
  place: 'redis',
  reading: { state: 'unreadable', why: 'no answer' },
};

const used = (readings: readonly PlacedReading[]) =>
  effectiveRecord(readings, { stateDirEmpty: false });

describe('effective record', () => {
  it('is the only record there is', () => {
    const effective = used([present(FIRST)]);
    expect(effective).toMatchObject({ record: FIRST, source: 'latch', faults: [] });
    expect(effective.mayInitialise).toBe(false);
  });

  it('is HALTED and may be initialised in an empty state directory', () => {
    const effective = effectiveRecord([ABSENT], { stateDirEmpty: true });
    expect(effective).toMatchObject({ record: { level: 'HALTED' }, mayInitialise: true });
  });

  it('is HALTED when the record is missing beside other state', () => {
    const effective = used([ABSENT]);
    expect(effective.record.level).toBe('HALTED');
    expect(effective.mayInitialise).toBe(false);
    expect(effective.record.message).toContain('missing beside other state');
  });

  it('is HALTED when any place is unreadable, and with no place at all', () => {
    expect(used([present(FIRST), UNREADABLE]).record).toMatchObject({
      level: 'HALTED',
      reason: 'system_error',
      message: 'redis: no answer',
      previousLevel: 'TRADING',
    });
    const nowhere = effectiveRecord([], { stateDirEmpty: true });
    expect(nowhere).toMatchObject({ record: { level: 'HALTED' }, mayInitialise: false });
    const halted = present({ ...FIRST, level: 'HALTED', message: 'spread gap' });
    expect(used([halted, UNREADABLE]).record.message).toBe('spread gap');
    const empty = effectiveRecord([UNREADABLE], { stateDirEmpty: true });
    expect(empty).toMatchObject({ record: { level: 'HALTED' }, mayInitialise: false });
  });

  it('takes the strictest level and scopes, the mildest mode and the highest epoch', () => {
    const a: ControlRecord = { ...FIRST, epoch: 9, mode: 'live', scopes: { 'symbol:A': 'HALTED' } };
    const b: ControlRecord = {
      ...FIRST,
      level: 'REDUCING',
      epoch: 4,
      scopes: { 'symbol:A': 'REDUCING', 'strategy:x': 'REDUCING' },
    };
    expect(used([present(a, 'a'), present(b, 'b')])).toMatchObject({
      source: 'b',
      record: {
        level: 'REDUCING',
        mode: 'paper',
        epoch: 9,
        scopes: { 'symbol:A': 'HALTED', 'strategy:x': 'REDUCING' },
      },
    });
  });

  it('is never less strict than any place, whatever the others say', () => {
    const level = fc.constantFrom<Level>(...LEVELS);
    const reading = fc.oneof(
      fc
        .record({ level, epoch: fc.nat(), mode: fc.constantFrom(...MODES) })
        .map((part) => present({ ...FIRST, ...part })),
      fc.constantFrom(ABSENT, UNREADABLE),
    );
    const rank = (one: Level) => LEVELS.indexOf(one);
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 4 }), fc.boolean(), (readings, stateDirEmpty) => {
        const { record } = effectiveRecord(readings, { stateDirEmpty });
        for (const { reading: one } of readings) {
          if (one.state === 'present') {
            expect(rank(record.level)).toBeGreaterThanOrEqual(rank(one.record.level));
          } else if (one.state === 'unreadable' || !stateDirEmpty) {
            expect(record.level).toBe('HALTED');
          }
        }
      }),
    );
  });
});

describe('a mode', () => {
  const WISH: ExitWish = { killId: '2-00000001', cancelOpen: true, flatten: true, scopes: [] };
  const CANARY = { mode: 'canary', operator: 'ann', atMs: AT_MS, canary: TERMS } as const;
  const shared = (record: ControlRecord): PlacedReading => ({
    ...present(record, 'redis'),
    isShared: true,
  });

  it('changes under a halt without taking back what the halt asks for', () => {
    const halted = raise(used([present(FIRST)]), {
      ...STOP,
      level: 'HALTED',
      exit: { cancelOpen: true, flatten: true },
    });
    const shadow = withMode(used([present(halted)]), { ...CANARY, mode: 'shadow' });
    expect(halted.exits).toHaveLength(1);
    expect(shadow).toMatchObject({ level: 'HALTED', mode: 'shadow', exits: halted.exits });
  });

  it('is what this host says, terms of a canary included, whoever says the level', () => {
    const own = withMode(used([present(FIRST)]), CANARY);
    const other = { ...FIRST, epoch: 9, level: 'REDUCING', exits: [WISH] } as const;
    expect(used([present(own), shared(other)]).record).toMatchObject({
      ...{ level: 'REDUCING', mode: 'canary', canary: TERMS, exits: [WISH], epoch: 9 },
    });
    const foreign = used([present(FIRST), shared({ ...own, epoch: 9 })]).record;
    expect(foreign.mode).toBe('paper');
    expect(foreign.canary).toBeUndefined();
  });

  it('loses its canary with a stop', () => {
    const own = used([present(withMode(used([present(FIRST)]), CANARY))]);
    const halted = raise(own, { ...STOP, level: 'HALTED' });
    expect(used([present(halted)]).record.canary).toBeUndefined();
  });
});

describe('raise', () => {
  it('halts with the next epoch and remembers the level before', () => {
    expect(raise(used([present(FIRST)]), { ...STOP, level: 'HALTED' })).toMatchObject({
      level: 'HALTED',
      previousLevel: 'TRADING',
      epoch: 2,
      mode: 'paper',
      reason: 'manual',
    });
  });

  it('never lowers: reduce while halted stays halted', () => {
    const halted = used([present({ ...FIRST, level: 'HALTED' })]);
    expect(raise(halted, { ...STOP, level: 'REDUCING' }).level).toBe('HALTED');
    const scoped = used([present({ ...FIRST, scopes: { 'symbol:A': 'HALTED' } })]);
    const again = raise(scoped, { ...STOP, level: 'REDUCING', scopes: ['symbol:A'] });
    expect(again).toMatchObject({ level: 'TRADING', scopes: { 'symbol:A': 'HALTED' } });
  });

  it('restricts everything once there are too many scopes', () => {
    const names = Array.from({ length: SCOPES_MAX }, (_, n) => `symbol:S${n}`);
    const scopes = Object.fromEntries(names.map((name) => [name, 'HALTED' as const]));
    const full = used([present({ ...FIRST, scopes })]);
    expect(raise(full, { ...STOP, level: 'HALTED', scopes: ['symbol:S1'] }).level).toBe('TRADING');
    expect(raise(full, { ...STOP, level: 'HALTED', scopes: ['symbol:T'] }).level).toBe('HALTED');
  });

  it('jumps the epoch to the time when the highest one may be lost', () => {
    expect(raise(used([UNREADABLE]), { ...STOP, level: 'HALTED' }).epoch).toBe(AT_MS / 1000);
    const later = { ...FIRST, epoch: AT_MS };
    expect(raise(used([present(later), UNREADABLE]), { ...STOP, level: 'HALTED' }).epoch).toBe(
      AT_MS + 1,
    );
  });

  it('bounds texts', () => {
    const request = { ...STOP, level: 'HALTED', message: 'x'.repeat(1e6) } as const;
    expect(raise(used([present(FIRST)]), request).message).toHaveLength(2_000);
  });
});

describe('lower', () => {
  const halted = used([present({ ...FIRST, level: 'HALTED', scopes: { 'symbol:A': 'HALTED' } })]);

  it('lists all that is missing', () => {
    const nothing = { operator: ' ', justification: '', confirm: 'live/kill-switch', atMs: AT_MS };
    expect(lower(halted, nothing)).toEqual({
      ok: false,
      missing: ['operator', 'justification', 'confirm'],
    });
    for (const confirm of ['', 'paper', 'PAPER/kill-switch', 'paper/kill-switch ']) {
      expect(lower(halted, { ...RELEASE, confirm })).toEqual({ ok: false, missing: ['confirm'] });
    }
  });

  it('allows trading for everything with the next epoch', () => {
    const result = lower(halted, { ...RELEASE, confirm: 'paper/kill-switch' });
    expect(result).toMatchObject({
      ok: true,
      record: { level: 'TRADING', scopes: {}, epoch: 2, previousLevel: 'HALTED', operator: 'ops' },
    });
  });

  it('out of an unreadable register leads to shadow only', () => {
    const lost = used([UNREADABLE]);
    expect(lower(lost, { ...RELEASE, confirm: 'paper/kill-switch' }).ok).toBe(false);
    expect(lower(lost, { ...RELEASE, confirm: 'shadow/kill-switch' })).toMatchObject({
      record: { mode: 'shadow', epoch: AT_MS / 1000 },
    });
  });
});

it('a change of mode keeps the level and takes the next epoch', () => {
  const reducing = used([present({ ...FIRST, level: 'REDUCING' })]);
  expect(withMode(reducing, { mode: 'shadow', operator: 'ops', atMs: AT_MS })).toMatchObject({
    level: 'REDUCING',
    mode: 'shadow',
    epoch: 2,
    previousLevel: 'REDUCING',
  });
});
