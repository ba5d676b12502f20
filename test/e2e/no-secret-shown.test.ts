import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCdb } from './run-cdb.js';

const SECRET = 'hush-4711';
const URL_WITH_SECRET = `postgres://ops:${SECRET}@127.0.0.1:1/cdb`;
const REDIS_WITH_SECRET = `redis://ops:${SECRET}@127.0.0.1:1/0`;

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-secret-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** Where people put secrets, rightly or wrongly. */
const PLANTED: Readonly<
  Record<string, { files?: Readonly<Record<string, string>>; env?: Record<string, string> }>
> = {
  'in the environment': { env: { CDB_DATABASE_URL: URL_WITH_SECRET } },
  'in the environment, as no URL': { env: { CDB_DATABASE_URL: SECRET } },
  'in a file of its own': {
    files: { 'pg.url': URL_WITH_SECRET },
    env: { CDB_POSTGRES_URL_FILE: 'pg.url' },
  },
  'in a file of its own, as no URL': {
    files: { 'pg.url': SECRET },
    env: { CDB_POSTGRES_URL_FILE: 'pg.url' },
  },
  'in a wrong place of the environment': { env: { CDB_FEED_SOURCE: URL_WITH_SECRET } },
  'under a name that nobody knows': { env: { CDB_POSTGRES_PASSWORD: SECRET } },
  'in cdb.yaml': { files: { 'cdb.yaml': `postgres:\n  url: ${URL_WITH_SECRET}\n` } },
  'in cdb.yaml under a known key': { files: { 'cdb.yaml': `stateDir: "${URL_WITH_SECRET}"\n` } },
  'in cdb.yaml under a secret key': { files: { 'cdb.yaml': `mexc:\n  apiSecret: ${SECRET}\n` } },
  'in cdb.yaml that is no YAML': { files: { 'cdb.yaml': `password: ${SECRET}\n  x: [\n` } },
};

const COMMANDS = [
  'config show --origin',
  'config show --output jsonl',
  'config validate',
  'config validate --json',
  'config get postgres.url',
  'config get feed.source --json',
  'config set metrics.port 1 --dry-run --json',
  'config diff cdb.yaml cdb.yaml',
  'config init',
  'run --shadow --feed sample --json',
  'fills',
  'blocks --json',
  'migrate status',
  'migrate up --yes --json',
  'gate list',
  'gate check live --json',
];

describe.each(Object.entries(PLANTED))('a secret %s', (_, { files = {}, env = {} }) => {
  test('is in no output of any command', async () => {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(cwd, name), text);
      chmodSync(join(cwd, name), 0o600);
    }
    for (const command of COMMANDS) {
      const { status, stdout, stderr } = await runCdb(command.split(' '), { cwd, env });
      expect(stdout + stderr, command).not.toContain(SECRET);
      expect(stdout + stderr, command).not.toBe('');
      expect(status, command).not.toBe(70);
    }
  });
});

describe('a secret on the command line', () => {
  test.each([
    [['config', 'set', 'feed.source', URL_WITH_SECRET], 3],
    [['config', 'set', 'mexc.apiSecret', SECRET], 8],
    [['config', 'get', URL_WITH_SECRET], 8],
    [['config', 'show', '--state-dir', URL_WITH_SECRET], 3],
    [['run', '--feed', URL_WITH_SECRET], 3],
    [['run', '--set', `password=${SECRET}`], 3],
    [['run', `--db-pass=${SECRET}`], 2],
    [['config', 'show', '--config', URL_WITH_SECRET], 3],
    [['config', 'show', '--env-from', URL_WITH_SECRET], 3],
    [['config', 'diff', URL_WITH_SECRET, 'x'], 3],
    [['explain', URL_WITH_SECRET], 8],
    [['help', URL_WITH_SECRET], 8],
    [['streams', 'tail', URL_WITH_SECRET], 8],
  ])('%j is refused by name and not printed', async (args, exit) => {
    for (const form of [[], ['--json']]) {
      const { status, stdout, stderr } = await runCdb([...args, ...form], { cwd });
      expect(status).toBe(exit);
      expect(stdout).toBe('');
      expect(stderr).not.toContain(SECRET);
    }
  });
});

test('a Redis that is not there is named, wherever its URL comes from, without its password', async () => {
  writeFileSync(join(cwd, 'redis.url'), REDIS_WITH_SECRET, { mode: 0o600 });
  writeFileSync(join(cwd, 'ops.env'), `CDB_REDIS_URL=${REDIS_WITH_SECRET}\n`, { mode: 0o600 });
  const run = async (args: readonly string[], env: Record<string, string>) => {
    const words = ['run', '--shadow', '--feed', 'sample', '--metrics-port', '0', ...args];
    const { status, stdout, stderr } = await runCdb(words, { cwd, env });
    expect(status).toBe(4);
    expect(stderr).toContain('Cannot reach the Redis of ');
    expect(stdout + stderr).not.toContain(SECRET);
  };
  await run([], { CDB_REDIS_URL: REDIS_WITH_SECRET });
  await run([], { CDB_REDIS_URL_FILE: 'redis.url' });
  await run(['--env-from', 'ops.env'], {});
});

test('a file of variables that is not there never prevents a stop', async () => {
  const args = ['kill-switch', 'engage', '--env-from', 'gone.env'];
  const { status, stdout } = await runCdb(args, { cwd });
  // It may have named other places.
  expect(status).toBe(4);
  expect(stdout).toMatch(/^PARTIAL: it is not known whether engines elsewhere/);
  expect(stdout).toContain('KILL-SWITCH ENGAGED');
});
