import { createHash } from 'node:crypto';
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLatch } from '../../../src/adapters/files/latch-record.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord, Level } from '../../../src/engine/domain/control.js';
import { IS_ROOT, NOBODY } from '../embedded/embedded-fixture.js';
import { childProgram, runUnprivileged } from './child-program.js';
import { LatchOnDisk } from './latch-on-disk.js';

const TRADING: ControlRecord = {
  ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }),
  epoch: 7,
};
const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 8 };
const GOOD = Buffer.from(encodeLatch(TRADING));

let disk: LatchOnDisk;
beforeEach(() => {
  disk = new LatchOnDisk();
});
afterEach(() => {
  disk.remove();
});

function levelOf(content: string | Uint8Array): Level {
  writeFileSync(disk.path, content, { mode: 0o600 });
  return disk.level();
}

/** With the checksum that belongs to it: only its members can be wrong. */
function signed(record: string): string {
  const sha256 = createHash('sha256').update(record).digest('hex');
  return `{"format":"cdb.control/1","sha256":"${sha256}","record":${record}}\n`;
}

const anyCase = (word: string) =>
  fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }).map((upper) =>
    Array.from(word)
      .map((letter, n) => (upper[n] === true ? letter.toUpperCase() : letter))
      .join(''),
  );
const blanks = fc.constantFrom('', ' ', '\t', '\r', '\n', '\u00a0', '\ufeff');
const keyValue = fc
  .tuple(
    ...[blanks, anyCase('state'), blanks, fc.constantFrom('=', ':', ' ', '=='), blanks],
    fc.oneof(...['active', 'inactive', 'trading', 'off', 'false', '0', ''].map(anyCase)),
    fc.constantFrom('', '\nreason=none\nmessage=ok\n', '\nmessage=x\nstate=inactive\n'),
  )
  .map((parts) => parts.join(''));
const flipped = fc
  .array(fc.tuple(fc.nat(GOOD.length - 1), fc.nat(7)), { minLength: 1, maxLength: 8 })
  .map((flips) => {
    const bytes = Buffer.from(GOOD);
    for (const [at, bit] of flips) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
    return bytes;
  })
  .filter((bytes) => !bytes.equals(GOOD));
const cut = fc.nat(GOOD.length - 1).map((length) => GOOD.subarray(0, length));
const spliced = fc
  .tuple(fc.nat(GOOD.length), fc.uint8Array({ minLength: 1, maxLength: 40 }))
  .map(([at, more]) => Buffer.concat([GOOD.subarray(0, at), more, GOOD.subarray(at)]));
const members = Object.keys(TRADING).filter((name) => name !== 'previousLevel');
const wrongType = fc
  .tuple(
    fc.constantFrom(...members),
    fc.constantFrom<unknown>(null, true, -1, 0.5, 1e300, [], [{}], 'trading', 'TRADING ', {
      'symbol:': 'TRADING',
    }),
  )
  .filter(([name, value]) => !(typeof value === 'string' && TEXTS.includes(name)))
  .map(([name, value]) => signed(JSON.stringify({ ...TRADING, [name]: value })));
const TEXTS = ['reason', 'message', 'operator'];
const doubled = fc
  .constantFrom(
    '"level":"HALTED","level":"TRADING"',
    '"level":"TRADING","level":"TRADING"',
    '"level":"TRADING","__proto__":{"level":"TRADING"}',
    '"level":"TRADING","more":1',
  )
  .map((pair) => signed(JSON.stringify(TRADING).replace('"level":"TRADING"', pair)));
const deep = fc
  .integer({ min: 1, max: 20_000 })
  .map((depth) => signed('['.repeat(depth) + ']'.repeat(depth)));
const huge = fc
  .integer({ min: 300_000, max: 2_000_000 })
  .map((length) => encodeLatch({ ...TRADING, message: 'x'.repeat(length) }));
const noise = fc.uint8Array({ maxLength: 600 });
const json = fc.json();

const MALFORMED: Readonly<Record<string, readonly [fc.Arbitrary<string | Uint8Array>, number]>> = {
  'with flipped bits': [flipped, 300],
  'cut off': [cut, 100],
  'with bytes put in': [spliced, 200],
  'with a member of a wrong type, and the right checksum': [wrongType, 200],
  'with a member twice or one too many, and the right checksum': [doubled, 20],
  'nested without end': [deep, 20],
  'far too long': [huge, 5],
  'as a key=value file in any spelling': [keyValue, 300],
  'of noise': [noise, 200],
  'of other JSON': [json, 200],
};

describe('a malformed latch', () => {
  it('is told from a good one', () => {
    expect(levelOf(GOOD)).toBe('TRADING');
    expect(levelOf(signed(JSON.stringify(TRADING)))).toBe('TRADING');
  });

  for (const [name, [arbitrary, numRuns]] of Object.entries(MALFORMED)) {
    it(`${name} halts`, () => {
      fc.assert(
        fc.property(arbitrary, (content) => {
          expect(levelOf(content)).toBe('HALTED');
        }),
        { numRuns },
      );
    });
  }
});

/** What let orders through in the original. Source: domain.md 4.2. */
describe('what failed open in the original halts here', () => {
  const lines = (state: string, message = 'ok') =>
    `${state}\nreason=none\nmessage=${message}\nactivated_at=none\nupdated_at=2026-01-01T00:00:00Z\n`;

  it('a missing file', () => {
    expect(disk.level()).toBe('HALTED');
  });
  it('an empty file', () => {
    expect(levelOf('')).toBe('HALTED');
  });
  it('a file without a state line', () => {
    expect(levelOf('reason=none\nmessage=ok\n')).toBe('HALTED');
  });
  it('state=ACTIVE in upper case', () => {
    expect(levelOf(lines('state=ACTIVE'))).toBe('HALTED');
  });
  it('state=inactive, which is its permission', () => {
    expect(levelOf(lines('state=inactive'))).toBe('HALTED');
  });
  it('a second state line that a message brought along', () => {
    expect(levelOf(lines('state=active', 'x\nstate=inactive'))).toBe('HALTED');
  });
  it('a message with a line break, in a record of this build', () => {
    const message = 'x\nstate=inactive\n{"level":"TRADING"}\u2028';
    disk.latch.stop({ ...HALTED, message });
    expect(disk.latch.read()).toEqual({ state: 'present', record: { ...HALTED, message } });
    expect(disk.level()).toBe('HALTED');
  });
});

describe('a latch that others could have written', () => {
  for (const mode of [0o620, 0o602, 0o666, 0o660]) {
    it(`is no permission (mode ${mode.toString(8)}), until a release replaces it`, () => {
      disk.latch.write(TRADING);
      chmodSync(disk.path, mode);
      expect(disk.latch.read()).toMatchObject({
        state: 'unreadable',
        why: expect.stringContaining('permits nothing: other users may write it'),
      });
      expect(disk.level()).toBe('HALTED');
      disk.latch.write({ ...TRADING, epoch: 9 });
      expect(statSync(disk.path).mode & 0o777).toBe(0o600);
      expect(disk.level()).toBe('TRADING');
    });
  }

  it('may be read by others', () => {
    disk.latch.write(TRADING);
    chmodSync(disk.path, 0o644);
    expect(disk.level()).toBe('TRADING');
  });

  it('is a halt all the same, with its epoch and words', () => {
    disk.latch.write(HALTED);
    chmodSync(disk.path, 0o666);
    expect(disk.latch.read()).toEqual({ state: 'present', record: HALTED });
  });

  it.runIf(IS_ROOT)('belongs to another user: no permission for root', () => {
    disk.latch.write(TRADING);
    chownSync(disk.path, NOBODY, NOBODY);
    expect(disk.latch.read()).toMatchObject({
      state: 'unreadable',
      why: expect.stringContaining(`user ${NOBODY} owns it`),
    });
    // Of a service's own directory root believes what the service says.
    chownSync(disk.directory, NOBODY, NOBODY);
    expect(disk.level()).toBe('TRADING');
  });

  it.runIf(IS_ROOT)(
    'belongs to a third user: no permission for a user without rights',
    async () => {
      disk.latch.write(TRADING);
      chmodSync(disk.path, 0o644);
      const program = childProgram(
        disk.directory,
        `import { latchPlace } from './src/adapters/files/latch-file.js';
       console.log(JSON.stringify(latchPlace(process.argv[2]).read()));`,
      );
      const read = async () => JSON.parse(await runUnprivileged(program, [disk.path])) as unknown;
      expect(await read()).toMatchObject({ state: 'present' });
      chownSync(disk.path, NOBODY - 7, NOBODY - 7);
      expect(await read()).toMatchObject({
        state: 'unreadable',
        why: expect.stringContaining(`user ${NOBODY - 7} owns it`),
      });
    },
  );
});
