import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latchPlace, type LatchPlace } from '../../../src/adapters/files/latch-file.js';
import {
  createStateRoot,
  prepareStateDirectory,
  stateDirectory,
  type StateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import {
  effectiveRecord,
  lower,
  raise,
  type EffectiveControl,
} from '../../../src/engine/control/register.js';
import {
  LatchRegister,
  openEngineRegister,
  type EngineRegister,
} from '../../../src/main/engine/control-register.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { temporaryDirectory } from '../files/log-on-disk.js';

const STRATEGY = 'strategy:paper';
const TRIGGER = { reason: 'repeated_execution', message: 'too many', scopes: [STRATEGY] };

let directory: ReturnType<typeof temporaryDirectory>;
let state: StateDirectory;
let register: EngineRegister;
beforeEach(() => {
  directory = temporaryDirectory();
  state = stateDirectory(directory.path);
  createStateRoot(state);
  const shell = { clock: new ManualClock(), onNotice: () => undefined };
  register = openEngineRegister(state, 'paper', shell);
  prepareStateDirectory(state);
});
afterEach(() => {
  directory.remove();
});

function readOf(place: LatchPlace): EffectiveControl {
  return effectiveRecord([{ place: place.name, reading: place.read() }], { stateDirEmpty: false });
}

/** As another process does it. */
function releaseAll(): void {
  const place = latchPlace(state.control);
  const words = { operator: 'ann', justification: 'fixed', confirm: 'paper/kill-switch', atMs: 9 };
  const released = lower(readOf(place), words);
  if (!released.ok) throw new Error('not released');
  place.write(released.record);
}

const WAYS: Readonly<Record<string, () => void>> = {
  'is garbage': () => {
    writeFileSync(state.control, 'garbage');
  },
  'is gone': () => {
    rmSync(state.control);
  },
  'may be written by others': () => {
    chmodSync(state.control, 0o666);
  },
  'has the marker beside it': () => {
    writeFileSync(join(state.root, 'HALT'), '');
  },
};

describe('the register of a running engine', () => {
  it.each(Object.entries(WAYS))(
    'is HALTED once its latch %s, also after a trigger',
    (_, damage) => {
      register.engage({ ...TRIGGER, level: 'HALTED' });
      expect(register.effective().record).toMatchObject({ level: 'TRADING' });
      damage();
      for (const { record, faults } of [register.own(), register.effective()]) {
        expect(record).toMatchObject({ level: 'HALTED', scopes: { [STRATEGY]: 'HALTED' } });
        expect(faults).toHaveLength(1);
      }
    },
  );

  it.each(Object.entries(WAYS))(
    'is HALTED once its latch %s, also after a release',
    (_, damage) => {
      register.engage({ ...TRIGGER, level: 'HALTED' });
      releaseAll();
      expect(register.own().record).toMatchObject({ level: 'TRADING', scopes: {} });
      damage();
      register.listenTo(() => []);
      expect(register.effective().record.level).toBe('HALTED');
      expect(register.effective().faults).toHaveLength(1);
    },
  );

  it('obeys the stricter of its own halt and of one that was written under the same epoch', () => {
    const caller = latchPlace(state.control);
    const seen = readOf(caller);
    register.engage({ reason: 'audit_stalled', message: 'away', level: 'REDUCING' });
    const stop = { level: 'HALTED', scopes: [], reason: 'manual', message: '' } as const;
    const record = raise(seen, { ...stop, operator: 'ann', atMs: 5 });
    expect(record.epoch).toBe(register.own().record.epoch);
    caller.stop(record, true);
    expect(register.own().record).toMatchObject({ level: 'HALTED' });
  });
});

describe('a latch that is taken away while somebody changes it', () => {
  const reads = (absent: number) => {
    let looks = 0;
    const latch = {
      ...latchPlace(state.control),
      read: () => {
        looks += 1;
        return looks <= absent ? ({ state: 'absent' } as const) : latchPlace(state.control).read();
      },
    };
    const shell = { clock: new ManualClock(), onNotice: () => undefined };
    return { own: new LatchRegister(latch, shell), looks: () => looks };
  };

  it('is looked at again', () => {
    expect(reads(3).own.own().record.level).toBe('TRADING');
  });

  it('is HALTED where it stays away, and costs one look then', () => {
    const { own, looks } = reads(Infinity);
    expect(own.own().record.level).toBe('HALTED');
    const before = looks();
    expect(own.own().record.level).toBe('HALTED');
    expect(looks() - before).toBe(1);
  });
});

describe('two stops at one instant', () => {
  it('keep the wishes of both: the later looks again', () => {
    const [first, second] = [latchPlace(state.control), latchPlace(state.control)];
    const [seenByFirst, seenBySecond] = [readOf(first), readOf(second)];
    const words = { level: 'HALTED', scopes: [], reason: 'manual', message: '', atMs: 5 } as const;
    const exit = { cancelOpen: true, flatten: true };
    first.stop(raise(seenByFirst, { ...words, operator: 'ann', exit }));
    const late = { ...words, operator: 'bob' };
    expect(() => second.stop(raise(seenBySecond, late))).toThrow(/changed in the meantime/);
    second.stop(raise(readOf(second), late));
    expect(readOf(first).record).toMatchObject({ level: 'HALTED', operator: 'bob' });
    expect(readOf(first).record.exits).toMatchObject([{ flatten: true }]);
    // At its last try a stop replaces whatever is there.
    second.stop({ ...readOf(first).record, level: 'HALTED', epoch: 1 }, true);
    expect(readOf(first).record).toMatchObject({ level: 'HALTED', epoch: 1 });
  });
});
