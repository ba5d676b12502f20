import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { locateStateDir } from '../../../src/config/state-dir.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(cwd, name)), { recursive: true });
  writeFileSync(join(cwd, name), text);
}

function location(
  more: {
    env?: Record<string, string>;
    configFile?: string;
    envFile?: string;
    stateDir?: string;
  } = {},
) {
  const { stateDir, env, configFile, envFile } = more;
  const flags =
    stateDir === undefined ? [] : [{ key: 'stateDir', flag: '--state-dir', text: stateDir }];
  return { cwd, env: { HOME: join(cwd, 'home'), ...env }, flags, configFile, envFile };
}

const USER_FILE = 'home/.config/cdb/config.yaml';

describe('loadConfig', () => {
  test('reads the project file before the user file', () => {
    write(USER_FILE, 'run:\n  seed: 8\n  mode: paper\n');
    write('cdb.yaml', 'run:\n  seed: 9\n');
    expect(loadConfig(location()).run).toEqual({ seed: 9, mode: 'paper', roles: [] });
  });

  test('reads the named file in place of the project file', () => {
    write('cdb.yaml', 'run:\n  seed: 9\n');
    write('other.yaml', 'run:\n  seed: 10\n');
    expect(loadConfig(location({ configFile: 'other.yaml' })).run.seed).toBe(10);
    expect(loadConfig(location({ env: { CDB_CONFIG: 'other.yaml' } })).run.seed).toBe(10);
  });

  test('refuses a named file that is not there, and one that is no file', () => {
    const missing = expect.objectContaining({ exit: 3, code: 'CDB-E0102' });
    expect(() => loadConfig(location({ configFile: 'gone.yaml' }))).toThrow(missing);
    mkdirSync(join(cwd, 'cdb.yaml'));
    expect(() => loadConfig(location())).toThrow(missing);
  });

  test('reports the faults of both files in one error', () => {
    write('cdb.yaml', 'run:\n  seed: x\n');
    write(USER_FILE, 'metrics:\n  port: y\n');
    expect(() => loadConfig(location())).toThrow(
      expect.objectContaining({
        what: 'Configuration is invalid: 2 faults',
        why: expect.stringMatching(/^cdb\.yaml:2 .*\n~\/\.config\/cdb\/config\.yaml:2 /),
      }),
    );
  });

  test('makes the state directory absolute', () => {
    expect(loadConfig(location()).stateDir).toBe(join(cwd, '.cdb'));
  });
});

describe('a URL in a file of its own', () => {
  const url = 'redis://ops:hush@redis';

  test('is read if only its owner can read it', () => {
    write('cdb.yaml', 'redis:\n  urlFile: redis.url\n');
    write('redis.url', `${url}\n`);
    chmodSync(join(cwd, 'redis.url'), 0o600);
    expect(loadConfig(location()).redisUrl).toEqual({
      url,
      origin: { kind: 'file', path: 'redis.url', line: 1 },
    });
    for (const mode of [0o640, 0o604]) {
      chmodSync(join(cwd, 'redis.url'), mode);
      expect(() => loadConfig(location())).toThrow(
        expect.objectContaining({ why: expect.stringMatching(/^redis\.url:1 .*chmod 600/) }),
      );
    }
  });

  test('is refused when it is not there, a directory, or too long', () => {
    const why = (path: string) => {
      try {
        loadConfig(location({ env: { CDB_REDIS_URL_FILE: path } }));
      } catch (fault) {
        return String((fault as { why?: string }).why);
      }
      return 'read';
    };
    expect(why('gone')).toMatch(/^env CDB_REDIS_URL_FILE .*there is no such file/);
    expect(why('.')).toContain('it is no regular file');
    write('long', 'x'.repeat(300_000));
    expect(why('long')).toContain('it has more than 262144 bytes');
  });
});

describe('locateStateDir', () => {
  test('agrees with loadConfig on every source', async () => {
    const agree = async (more: Parameters<typeof location>[0], name: string) => {
      expect(await locateStateDir(location(more))).toBe(join(cwd, name));
      expect(loadConfig(location(more)).stateDir).toBe(join(cwd, name));
    };
    await agree({}, '.cdb');
    write(USER_FILE, 'stateDir: from-user\n');
    await agree({}, 'from-user');
    write('cdb.yaml', '"stateDir": from-project # here\n');
    await agree({}, 'from-project');
    write('other.yaml', '{ stateDir: from-named }\n');
    await agree({ configFile: 'other.yaml' }, 'from-named');
    write('ops.env', 'CDB_STATE_DIR=from-env-file\n');
    await agree({ envFile: 'ops.env' }, 'from-env-file');
    write('named.env', 'CDB_CONFIG=other.yaml\n');
    await agree({ envFile: 'named.env' }, 'from-named');
    await agree({ envFile: 'ops.env', env: { CDB_STATE_DIR: 'from-env' } }, 'from-env');
    await agree({ env: { CDB_STATE_DIR: 'from-env' } }, 'from-env');
    await agree({ env: { CDB_STATE_DIR: 'from-env' }, stateDir: 'from-flag' }, 'from-flag');
  });

  test('finds it in a file that loadConfig refuses', async () => {
    write('cdb.yaml', 'stateDir: "there"  # ours\nmetrics: [\n');
    expect(() => loadConfig(location())).toThrow();
    expect(await locateStateDir(location())).toBe(join(cwd, 'there'));
  });

  test('survives a file that is not there or cannot be read', async () => {
    expect(await locateStateDir(location({ configFile: 'gone.yaml' }))).toBe(join(cwd, '.cdb'));
    expect(await locateStateDir(location({ envFile: 'gone.env' }))).toBe(join(cwd, '.cdb'));
    write('cdb.yaml', 'stateDir: there\n');
    chmodSync(join(cwd, 'cdb.yaml'), 0);
    expect(['.cdb', 'there'].map((name) => join(cwd, name))).toContain(
      await locateStateDir(location()),
    );
  });
});
