import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandIo } from '../../../src/commands/command-io.js';
import { run as init } from '../../../src/commands/config/init.js';
import { run as show } from '../../../src/commands/config/show.js';
import { run as validate } from '../../../src/commands/config/validate.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function ioHere(more: Partial<CommandIo> = {}) {
  return fakeCommandIo({ cwd, ...more, env: { HOME: cwd, ...more.env } });
}

const NONE = new ParsedOptions({});

describe('config init', () => {
  test('writes a file that is valid and changes nothing', () => {
    expect(init(NONE, ioHere())).toBe(0);
    const io = ioHere();
    expect(validate(NONE, io)).toBe(0);
    expect(io.out.join('')).toBe('OK: the configuration is valid, 0 keys are set\n');
  });

  test('never overwrites', () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'mine');
    expect(() => init(NONE, ioHere())).toThrow(expect.objectContaining({ exit: 6 }));
    expect(readFileSync(join(cwd, 'cdb.yaml'), 'utf8')).toBe('mine');
  });

  test('says where it cannot write', () => {
    const options = new ParsedOptions({ config: 'missing/cdb.yaml' });
    expect(() => init(options, ioHere())).toThrow(
      expect.objectContaining({ exit: 3, what: 'Cannot write "missing/cdb.yaml"' }),
    );
  });
});

describe('config show', () => {
  test('prints each value with its origin when asked', () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'run:\n  seed: 9\n');
    const plain = ioHere();
    show(NONE, plain);
    expect(plain.out.join('')).toMatch(/^run\.seed +9$/m);
    const io = ioHere({ env: { CDB_RUN_MODE: 'paper' } });
    show(new ParsedOptions({ origin: true }), io);
    expect(io.out.join('')).toMatch(/^run\.seed +9 +cdb\.yaml:2$/m);
    expect(io.out.join('')).toMatch(/^run\.mode +paper +env CDB_RUN_MODE$/m);
    expect(io.out.join('')).toMatch(/^metrics\.port +9464 +default$/m);
  });

  test.each(['text', 'json'] as const)('masks the password of a URL as %s', (outputFormat) => {
    const env = { CDB_DATABASE_URL: 'postgres://ops:hush@db/cdb' };
    const io = ioHere({ env, outputFormat });
    show(new ParsedOptions({ origin: true }), io);
    expect(io.out.join('')).toContain('postgres://ops:***@db/cdb');
    expect(io.out.join('')).not.toContain('hush');
  });
});
