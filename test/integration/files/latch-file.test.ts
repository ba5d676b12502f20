import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import { decodeLatch, encodeLatch } from '../../../src/adapters/files/latch-record.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { CanaryTerms } from '../../../src/engine/domain/canary-terms.js';
import { TERMS } from '../../unit/engine/canary-terms.js';
import { childProgram, runUnprivileged } from './child-program.js';
import { LatchOnDisk } from './latch-on-disk.js';

const TRADING: ControlRecord = {
  ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }),
  message: 'all\nstate=inactive\u001b[2J "quoted"',
};
const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2, previousLevel: 'TRADING' };

const RECORD_OF_BEFORE: ControlRecord = {
  ...HALTED,
  message: 'spread gap',
  scopes: { 'symbol:B': 'REDUCING', 'strategy:a': 'HALTED' },
};

let disk: LatchOnDisk;
beforeEach(() => {
  disk = new LatchOnDisk();
});
afterEach(() => {
  disk.remove();
});

describe('latch file', () => {
  it('gives back what was written, as one private line', () => {
    disk.latch.write(TRADING);
    expect(disk.latch.read()).toEqual({ state: 'present', record: TRADING });
    expect(statSync(disk.path).mode & 0o777).toBe(0o600);
    expect(readFileSync(disk.path, 'utf8').match(/[\u0000-\u001f]/g)).toEqual(['\n']);
    expect(readdirSync(disk.directory).sort()).toEqual(['control.json', 'control.reserve']);
  });

  it('keeps a wish to cancel and close, and is without one the same to the byte as ever', () => {
    const wish = { killId: '2-0000002a', cancelOpen: true, flatten: true, scopes: ['symbol:A'] };
    const asked: ControlRecord = { ...HALTED, exits: [wish] };
    disk.latch.write(asked);
    expect(disk.latch.read()).toEqual({ state: 'present', record: asked });
    expect(encodeLatch({ ...asked, exits: [] })).toBe(encodeLatch(HALTED));
    expect(createHash('sha256').update(encodeLatch(RECORD_OF_BEFORE)).digest('hex')).toBe(
      'f57284334941bd7573144b433b1943ad63087afe89355b3662ca52a2100bc875',
    );
    const text = encodeLatch(asked);
    for (const bad of [
      ['"flatten":true', '"flatten":1'],
      ['2-0000002a', 'x'],
      ['["symbol:A"]', '"symbol:A"'],
      ['["symbol:A"]', '["A"]'],
      ['"exits":[', '"exits":[null,'],
    ] as const) {
      const changed = text.replace(bad[0], bad[1]);
      const record = /"record":(.*)\}\n$/s.exec(changed)?.[1] ?? '';
      const sha256 = createHash('sha256').update(record).digest('hex');
      writeFileSync(disk.path, changed.replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${sha256}"`));
      expect(disk.latch.read().state, bad.join(' to ')).toBe('unreadable');
    }
  });

  it('keeps the newest release, and refuses one that no build writes', () => {
    const record: ControlRecord = { ...TRADING, released: { all: 3, any: 5 } };
    const text = encodeLatch(record);
    expect(decodeLatch(text)).toEqual({ ok: true, record });
    for (const wrong of ['{"all":3}', '{"all":-1,"any":5}', '{"all":6,"any":5}', '7', 'null']) {
      expect(decodeLatch(text.replace('{"all":3,"any":5}', wrong))).toMatchObject({
        ...{ ok: false, why: 'its record has a member that is not allowed' },
      });
    }
  });

  it('is absent where nothing was written', () => {
    expect(disk.latch.read()).toEqual({ state: 'absent' });
  });

  it('keeps the terms of a canary, and nothing that is only half of them', () => {
    const record: ControlRecord = { ...TRADING, mode: 'canary', canary: TERMS };
    disk.latch.write(record);
    expect(disk.latch.read()).toEqual({ state: 'present', record });
    const half = Object.fromEntries(Object.entries(TERMS).filter(([name]) => name !== 'venue'));
    writeFileSync(disk.path, encodeLatch({ ...record, canary: half as unknown as CanaryTerms }));
    expect(disk.level()).toBe('HALTED');
  });

  it('keeps terms and a wish beside each other', () => {
    const wish = { killId: '2-00000001', cancelOpen: true, flatten: true, scopes: [] };
    const record: ControlRecord = { ...TRADING, mode: 'canary', exits: [wish], canary: TERMS };
    expect(decodeLatch(encodeLatch(record))).toEqual({ ok: true, record });
  });

  it.each([TRADING, { ...TRADING, mode: 'canary', canary: TERMS } as const])(
    'halts when cut off at any byte',
    (record) => {
      const text = encodeLatch(record);
      for (let length = 0; length < text.length; length += 1) {
        writeFileSync(disk.path, text.slice(0, length));
        expect(disk.latch.read().state).toBe('unreadable');
      }
      expect(disk.level()).toBe('HALTED');
    },
  );

  it('halts when any byte is another', () => {
    const bytes = Buffer.from(encodeLatch(TRADING));
    for (let offset = 0; offset < bytes.length; offset += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(offset) ^ 0x01, offset);
      writeFileSync(disk.path, changed);
      expect(disk.latch.read().state).toBe('unreadable');
    }
  });

  const original = (state: string) =>
    `${state}\nreason=none\nmessage=ok\nactivated_at=none\nupdated_at=2026-01-01T00:00:00Z\n`;
  const garbage: Readonly<Record<string, string>> = {
    'the original file, active': original('state=active'),
    'the original file, upper case': original('state=ACTIVE'),
    'the original file, inactive': original('state=inactive'),
    'the original file without a state': original('State = inactive'),
    'nothing but blanks': ' \n\n',
    'JSON of something else': '{"level":"TRADING"}',
    'an array': '[]',
    'a null record': '{"format":"cdb.control/1","record":null}',
    'a second line': encodeLatch(TRADING) + encodeLatch(TRADING),
    'an unknown level': encodeLatch(TRADING).replace('TRADING', 'active'),
    'a changed level': encodeLatch(HALTED).replace('"HALTED"', '"TRADING"'),
    'binary noise': '\0\u0001\u00ff',
    'far too much': 'x'.repeat(1_000_000),
  };
  for (const [name, text] of Object.entries(garbage)) {
    it(`halts on ${name}`, () => {
      writeFileSync(disk.path, text);
      expect(disk.latch.read().state).toBe('unreadable');
      expect(disk.level()).toBe('HALTED');
    });
  }

  it('halts on a directory, a link and a pipe in its place, without hanging', () => {
    mkdirSync(disk.path);
    expect(disk.latch.read().state).toBe('unreadable');
    rmSync(disk.path, { recursive: true });
    writeFileSync(join(disk.directory, 'elsewhere'), encodeLatch(TRADING));
    symlinkSync('elsewhere', disk.path);
    expect(disk.latch.read().state).toBe('unreadable');
    rmSync(disk.path);
    execFileSync('mkfifo', [disk.path], { timeout: 5_000 });
    expect(disk.latch.read().state).toBe('unreadable');
  });

  it('halts for a user who may not read it', async () => {
    disk.latch.write(TRADING);
    chmodSync(disk.path, 0o000);
    const program = childProgram(
      disk.directory,
      `import { latchPlace } from './src/adapters/files/latch-file.js';
       console.log(JSON.stringify(latchPlace(process.argv[2]).read()));`,
    );
    const reading: unknown = JSON.parse(await runUnprivileged(program, [disk.path]));
    expect(reading).toMatchObject({ state: 'unreadable', why: expect.stringContaining('EACCES') });
  });

  it('halts beside the marker, whatever the record says', () => {
    disk.latch.write(TRADING);
    writeFileSync(join(disk.directory, 'HALT'), '');
    expect(disk.level()).toBe('HALTED');
  });

  it('a release that began before an engage does not undo it', () => {
    disk.latch.write(HALTED);
    const release = latchPlace(disk.path);
    release.read();
    const engage = latchPlace(disk.path);
    engage.stop({ ...HALTED, epoch: 3 });
    for (const epoch of [3, 4]) {
      expect(() => {
        release.write({ ...TRADING, epoch });
      }).toThrow('it was changed in the meantime');
    }
    expect(disk.latch.read()).toEqual({ state: 'present', record: { ...HALTED, epoch: 3 } });
    expect(existsSync(disk.path)).toBe(true);
    release.read();
    release.write({ ...TRADING, epoch: 4 });
    expect(disk.level()).toBe('TRADING');
  });

  it('nobody writes over an epoch that is as high, not even without having looked', () => {
    disk.latch.write({ ...TRADING, epoch: 7 });
    for (const epoch of [6, 7]) {
      expect(() => {
        latchPlace(disk.path).write({ ...TRADING, epoch });
      }).toThrow('it was changed in the meantime');
    }
    latchPlace(disk.path).write({ ...TRADING, epoch: 8 });
    expect(disk.latch.read()).toMatchObject({ record: { epoch: 8 } });
  });

  it('a lesser restriction does not undo a halt either', () => {
    disk.latch.write(TRADING);
    const reduce = latchPlace(disk.path);
    reduce.read();
    disk.latch.stop(HALTED);
    expect(() => reduce.stop({ ...TRADING, level: 'REDUCING', epoch: 2 })).toThrow('meantime');
    expect(disk.level()).toBe('HALTED');
  });

  it('a record over a damaged one is written', () => {
    writeFileSync(disk.path, 'garbage');
    disk.latch.read();
    disk.latch.write({ ...TRADING, epoch: 5 });
    expect(disk.latch.read()).toMatchObject({ state: 'present', record: { epoch: 5 } });
  });

  it('stops as far as possible in a directory that it may not write, and says how', async () => {
    disk.latch.write(TRADING);
    chmodSync(disk.path, 0o666);
    const program = childProgram(
      disk.directory,
      `import { latchPlace } from './src/adapters/files/latch-file.js';
       const latch = latchPlace(process.argv[2]);
       console.log(JSON.stringify([latch.stop(${JSON.stringify(HALTED)}), latch.read()]));`,
    );
    chmodSync(disk.directory, 0o555);
    const result: unknown = JSON.parse(await runUnprivileged(program, [disk.path]));
    chmodSync(disk.directory, 0o755);
    expect(result).toMatchObject([
      { how: 'overwritten', level: 'HALTED', failures: ['record: EACCES', 'marker: EACCES'] },
      { state: 'present', record: { level: 'HALTED', epoch: 2 } },
    ]);
  });

  it('says every way that failed when nothing works', async () => {
    disk.latch.write(TRADING);
    const program = childProgram(
      disk.directory,
      `import { latchPlace } from './src/adapters/files/latch-file.js';
       try { latchPlace(process.argv[2]).stop(${JSON.stringify(HALTED)}); }
       catch (fault) { console.log(fault.name + ' ' + fault.message); }`,
    );
    chmodSync(disk.path, 0o400);
    chmodSync(disk.directory, 0o555);
    const text = await runUnprivileged(program, [disk.path]);
    chmodSync(disk.directory, 0o755);
    expect(text).toMatch(
      /^DependencyError Cannot stop at .*: record: EACCES, marker: EACCES, overwritten: EACCES, moved-away: EACCES/,
    );
  });
});
