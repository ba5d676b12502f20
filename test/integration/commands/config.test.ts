import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommandIo } from '../../../src/commands/command-io.js';
import { run as diff } from '../../../src/commands/config/diff.js';
import { run as get } from '../../../src/commands/config/get.js';
import { run as init } from '../../../src/commands/config/init.js';
import { run as set } from '../../../src/commands/config/set.js';
import { run as show } from '../../../src/commands/config/show.js';
import { run as validate } from '../../../src/commands/config/validate.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { services } from '../../../src/main/services.js';
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
const SPEED = { key: 'feed.speed', flag: '--speed', text: '3' };

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

describe('config show --origin', () => {
  test('names every kind of source and the files that were looked at', () => {
    mkdirSync(join(cwd, '.config/cdb'), { recursive: true });
    writeFileSync(join(cwd, '.config/cdb/config.yaml'), 'run:\n  mode: paper\n');
    writeFileSync(join(cwd, 'cdb.yaml'), 'metrics:\n  port: 1\n');
    writeFileSync(join(cwd, 'ops.env'), '# ours\nCDB_RUN_SEED=4\nCDB_CONFIG=\n');
    const flags = {
      keys: new Set(['origin', 'fields', 'envFile', 'config']),
      configFlags: [SPEED],
    };
    const options = new ParsedOptions({ origin: true, envFile: 'ops.env' }, flags);
    const io = ioHere({ env: { CDB_METRICS_HOST: '::1' } });
    show(options, io);
    const text = io.out.join('');
    expect(text).toMatch(/^feed\.speed +3 +flag --speed$/m);
    expect(text).toMatch(/^metrics\.host +::1 +env CDB_METRICS_HOST$/m);
    expect(text).toMatch(/^run\.seed +4 +ops\.env:2$/m);
    expect(text).toMatch(/^metrics\.port +1 +cdb\.yaml:2$/m);
    expect(text).toMatch(/^run\.mode +paper +~\/\.config\/cdb\/config\.yaml:2$/m);
    expect(text).toMatch(/^stateDir +\.cdb +default$/m);
    expect(text).toMatch(
      /read: ops\.env\nread: cdb\.yaml\nread: ~\/\.config\/cdb\/config\.yaml\n$/,
    );
    const elsewhere = ioHere({ outputFormat: 'json', env: { HOME: join(cwd, 'nobody') } });
    show(NONE, elsewhere);
    expect(JSON.parse(elsewhere.out.join('')).data.files).toEqual([
      { path: 'cdb.yaml', found: true },
      { path: '~/.config/cdb/config.yaml', found: false },
    ]);
  });

  test('says that an env file is not there, is none, or holds lines that are none', () => {
    const withFile = (envFile: string) => () => show(new ParsedOptions({ envFile }), ioHere());
    expect(withFile('gone.env')).toThrow(expect.objectContaining({ code: 'CDB-E0102', exit: 3 }));
    expect(withFile('.')).toThrow(expect.objectContaining({ why: 'it is no regular file' }));
    writeFileSync(join(cwd, 'bad.env'), 'hush hush\n');
    expect(withFile('bad.env')).toThrow(
      expect.objectContaining({ code: 'CDB-E0101', why: expect.not.stringContaining('hush') }),
    );
  });
});

describe('config get', () => {
  const value = (key: string, more: Partial<CommandIo> = {}) => {
    const io = ioHere(more);
    expect(get(new ParsedOptions({ key }), io)).toBe(0);
    return io.out.join('');
  };

  test('prints the value alone', () => {
    expect(value('metrics.port')).toBe('9464\n');
    expect(value('stateDir')).toBe('.cdb\n');
    expect(value('feed.symbols')).toBe('[]\n');
    expect(value('postgres.binariesDir')).toBe('not set\n');
  });

  test('a threshold has the value of its set, or its own', () => {
    const key = 'thresholds.overrides.regime.atrHighVol';
    expect(value(key)).toBe('null\n');
    expect(value(key, { env: { CDB_THRESHOLDS_SET: 'reference' } })).toBe('2\n');
    expect(value(key, { env: { CDB_THRESHOLDS_OVERRIDES_REGIME_ATR_HIGH_VOL: '3' } })).toBe('3\n');
    const json = value(key, { outputFormat: 'json' });
    expect(JSON.parse(json).data).toEqual({ key, value: null, origin: 'thresholds.set default' });
  });

  test.each([
    ['metrics.prot', 'cdb config get metrics.port'],
    ['regime.adxTrend', 'cdb config get thresholds.overrides.regime.adxTrend'],
    ['metrics', 'cdb config show'],
    ['nothing like it at all', 'cdb config show'],
  ])('%s is exit 8 with what may have been meant', (key, todo) => {
    expect(() => value(key)).toThrow(expect.objectContaining({ exit: 8, code: 'CDB-E0005', todo }));
  });
});

describe('config set', () => {
  const assign = (key: string, value: string, more: Partial<CommandIo> = {}, dryRun = false) => {
    const io = ioHere(more);
    const options = new ParsedOptions({ key, value, dryRun });
    return set(options, io, services).then((status) => ({ status, out: io.out.join('') }));
  };
  const text = () => readFileSync(join(cwd, 'cdb.yaml'), 'utf8');

  test('writes a new file, then one key of it, and leaves nothing else behind', async () => {
    expect(await assign('metrics.port', '1')).toEqual({
      status: 0,
      out: 'wrote cdb.yaml: metrics.port is 1\n',
    });
    writeFileSync(join(cwd, 'cdb.yaml'), '# ours\nmetrics:\n  port: 1 # why\n');
    chmodSync(join(cwd, 'cdb.yaml'), 0o640);
    expect((await assign('metrics.port', '2')).out).toBe(
      'wrote cdb.yaml: metrics.port is 2, was 1\n',
    );
    expect(text()).toBe('# ours\nmetrics:\n  port: 2 # why\n');
    expect(statSync(join(cwd, 'cdb.yaml')).mode & 0o777).toBe(0o640);
    expect(readdirSync(cwd)).toEqual(['cdb.yaml']);
  });

  test('follows a link and keeps it', async () => {
    writeFileSync(join(cwd, 'real.yaml'), 'run:\n  seed: 1\n');
    symlinkSync('real.yaml', join(cwd, 'cdb.yaml'));
    await assign('run.seed', '2');
    expect(lstatSync(join(cwd, 'cdb.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'real.yaml'), 'utf8')).toBe('run:\n  seed: 2\n');
  });

  test('writes what it would write only without --dry-run', async () => {
    const { out } = await assign('run.seed', '2', {}, true);
    expect(out).toBe('would write cdb.yaml: run.seed is 2\n');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('says which variable hides the new value', async () => {
    const { out } = await assign('run.seed', '2', { env: { CDB_RUN_SEED: '3' } });
    expect(out).toContain('not in force: CDB_RUN_SEED wins over the file\n');
  });

  test.each([
    ['metrics.port', '70000', { exit: 3, code: 'CDB-E0101' }],
    ['metrics.prot', '1', { exit: 8, todo: 'cdb config set metrics.port VALUE' }],
    ['feed.source', 'redis://ops:hush@redis', { exit: 3, why: expect.not.stringMatching(/hush/) }],
  ])('refuses %s=%s and writes nothing', async (key, value, error) => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'run:\n  seed: 1\n');
    await expect(assign(key, value)).rejects.toThrow(expect.objectContaining(error));
    expect(text()).toBe('run:\n  seed: 1\n');
  });

  test('leaves a file alone that is no YAML, uses aliases, or cannot be written', async () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'run: [\n');
    await expect(assign('run.seed', '2')).rejects.toThrow(expect.objectContaining({ exit: 3 }));
    const alias = 'journal: &one\n  fsync: true\nrun: *one\n';
    writeFileSync(join(cwd, 'cdb.yaml'), alias);
    const byHand = expect.objectContaining({
      code: 'CDB-E0104',
      todo: expect.stringContaining('by hand'),
    });
    await expect(assign('run.seed', '2')).rejects.toThrow(byHand);
    expect(text()).toBe(alias);
    const missing = { env: { CDB_CONFIG: 'missing/cdb.yaml' } };
    await expect(assign('run.seed', '2', missing)).rejects.toThrow(
      expect.objectContaining({ code: 'CDB-E0104', what: 'Cannot write "missing/cdb.yaml"' }),
    );
  });
});

describe('config diff', () => {
  const compare = (a: string, b: string) => {
    writeFileSync(join(cwd, 'a.yaml'), a);
    writeFileSync(join(cwd, 'b.yaml'), b);
    const io = ioHere();
    const status = diff(new ParsedOptions({ a: 'a.yaml', b: 'b.yaml' }), io);
    return { status, out: io.out.join('') };
  };

  test('files that mean the same are the same', () => {
    const { status, out } = compare('audit: { commitTimeoutMs: 5s }\n', '# defaults\n');
    expect({ status, out }).toEqual({ status: 0, out: 'OK: a.yaml and b.yaml mean the same\n' });
  });

  test('says what differs and where it comes from', () => {
    const { status, out } = compare('metrics:\n  port: 1\n', 'thresholds:\n  set: reference\n');
    expect(status).toBe(1);
    expect(out).toContain('metrics.port\n  - 1   a.yaml:2\n  + 9464   default\n');
    expect(out).toContain(
      'thresholds.overrides.gate.pctChange15mPpMin\n  - 0.1   thresholds.set default\n  + 3   thresholds.set reference\n',
    );
  });

  test('a file that is not there or not valid is exit 3', () => {
    const options = new ParsedOptions({ a: 'a.yaml', b: 'b.yaml' });
    expect(() => diff(options, ioHere())).toThrow(expect.objectContaining({ code: 'CDB-E0102' }));
    expect(() => compare('run:\n  seed: x\n', '')).toThrow(
      expect.objectContaining({ code: 'CDB-E0101', exit: 3 }),
    );
  });
});
