import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load-config.js';
import { readCompose } from '../../unit/deploy/compose-file.js';
import { until } from '../embedded/embedded-fixture.js';

const ROOT = join(import.meta.dirname, '../../..');
const DEPLOY = join(ROOT, 'deploy');

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'cdb-deploy-'));
});
afterEach(() => {
  rmSync(path, { recursive: true, force: true });
});

/** Runs the script in a copy of its folder. @returns what it printed */
function makeSecrets(): string {
  copyFileSync(join(DEPLOY, 'compose/make-secrets'), join(path, 'make-secrets'));
  return execFileSync(join(path, 'make-secrets'), { encoding: 'utf8' });
}

const secret = (name: string) => readFileSync(join(path, 'secrets', name), 'utf8').trim();

describe('make-secrets', () => {
  it('writes every file that compose.yaml names, for its owner alone', () => {
    makeSecrets();
    const { secrets } = readCompose(readFileSync(join(DEPLOY, 'compose/compose.yaml'), 'utf8'));
    expect(Object.keys(secrets)).toHaveLength(4);
    for (const { file } of Object.values(secrets)) {
      expect(statSync(join(path, file)).mode & 0o777, file).toBe(0o600);
    }
    expect(statSync(join(path, 'secrets')).mode & 0o777).toBe(0o700);
  });

  it('gives each store the password that its URL has, and cdb takes the URLs', () => {
    makeSecrets();
    expect(secret('redis_password')).toMatch(/^[0-9a-f]{64}$/);
    expect(secret('postgres_password')).not.toBe(secret('redis_password'));
    const { databaseUrl, redisUrl } = loadConfig({
      flags: [],
      env: {
        HOME: path,
        CDB_POSTGRES_URL_FILE: join(path, 'secrets/database_url'),
        CDB_REDIS_URL_FILE: join(path, 'secrets/redis_url'),
      },
      cwd: path,
      configFile: undefined,
    });
    const [database, redis] = [new URL(databaseUrl?.url ?? ''), new URL(redisUrl?.url ?? '')];
    expect(database.password).toBe(secret('postgres_password'));
    expect(redis.password).toBe(secret('redis_password'));
    expect([database.host, redis.host]).toEqual(['postgres:5432', 'redis:6379']);
  });

  it('prints no password, and keeps the ones that are there', () => {
    const said = makeSecrets();
    const before = secret('redis_password');
    expect(said).toContain('secrets/redis_password: new');
    expect(said).not.toContain(before);
    expect(makeSecrets()).not.toContain('new');
    expect(secret('redis_password')).toBe(before);
  });
});

/** What systemd itself says of the unit, installed where this checkout and this Node are. */
function verify(text: string): { readonly status: number | null; readonly said: string } {
  const unit = join(path, 'cdb.service');
  const here = text.replace('/usr/bin/node', process.execPath);
  writeFileSync(unit, here.replaceAll('/opt/cdb/', `${ROOT}/`));
  const args = ['verify', '--man=no', '--recursive-errors=no', unit];
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

const isInstalled = (program: string) => spawnSync(program, ['--version']).status === 0;

// Where systemd is not, its judgement does not exist; the unit tests look at the same file.
if (isInstalled('systemd-analyze')) {
  describe('systemd-analyze verify', () => {
    const UNIT = readFileSync(join(DEPLOY, 'systemd/cdb.service'), 'utf8');

    it('has nothing to say of cdb.service', () => {
      expect(verify(UNIT)).toEqual({ status: 0, said: '' });
    });

    it('has nothing to say of cdb-watchdog.service', () => {
      const watchdog = readFileSync(join(DEPLOY, 'systemd/cdb-watchdog.service'), 'utf8');
      expect(verify(watchdog)).toEqual({ status: 0, said: '' });
    });

    it.each([
      ['ProtectHome=', 'ProtectHoem=', 'ProtectHoem'],
      ['WatchdogSec=30s', 'WatchdogSec=soon', 'soon'],
      ['KillMode=mixed', 'KillMode=some', 'some'],
    ])('names what is wrong with %j as %j', (from, to, words) => {
      expect(UNIT).toContain(from);
      expect(verify(UNIT.replace(from, to)).said).toContain(words);
    });
  });
}

/** The command of the service as a shell in its container runs it, in a directory of our own. */
function redisScript(): string {
  const { services } = readCompose(readFileSync(join(DEPLOY, 'compose/compose.yaml'), 'utf8'));
  const [shell, flag, script = ''] = services['redis']?.command ?? [];
  expect([shell, flag]).toEqual(['sh', '-c']);
  return script
    .replaceAll('$$', '$')
    .replaceAll('/run/secrets/', `${path}/secrets/`)
    .replace('--dir /data', `--dir ${path} --port 0 --unixsocket ${path}/redis.sock`);
}

/** As the image has it: becomes the program that it is given. */
function startRedis(): { readonly child: ReturnType<typeof spawn>; readonly said: () => string } {
  const bin = join(path, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'docker-entrypoint.sh'), '#!/bin/sh\nexec "$@"\n');
  chmodSync(join(bin, 'docker-entrypoint.sh'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const child = spawn('sh', ['-c', redisScript()], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => (said += part.toString()));
  }
  return { child, said: () => said };
}

if (isInstalled('redis-server')) {
  describe('the command of Redis in compose.yaml', () => {
    const ask = (password: string, ...words: readonly string[]) =>
      spawnSync('redis-cli', ['-s', join(path, 'redis.sock'), ...words], {
        encoding: 'utf8',
        env: { ...process.env, REDISCLI_AUTH: password },
      }).stdout;

    it('starts a server with the settings and the password, which no list of processes shows', async () => {
      makeSecrets();
      const { child, said } = startRedis();
      const ended = new Promise((resolve) => child.once('close', resolve));
      try {
        const password = secret('redis_password');
        await until('it answers', () => ask(password, 'ping').trim() === 'PONG');
        expect(ask('wrong', 'ping')).not.toContain('PONG');
        const names = ['maxmemory-policy', 'maxmemory', 'appendonly', 'appendfsync'];
        const values = names.map((name) => ask(password, 'config', 'get', name).split('\n')[1]);
        expect(values).toEqual(['noeviction', String(512 * 1024 * 1024), 'yes', 'everysec']);
        // The very process that was started, so that it is the one which is told to stop.
        const line = readFileSync(`/proc/${child.pid ?? 0}/cmdline`, 'utf8');
        expect(line).toContain('redis-server');
        expect(line).not.toContain(password);
      } finally {
        child.kill('SIGTERM');
        await ended;
      }
      expect(child.exitCode, said()).toBe(0);
    });

    it('starts no server without a password when the secret is missing', async () => {
      const { child, said } = startRedis();
      await new Promise((resolve) => child.once('close', resolve));
      expect(child.exitCode).not.toBe(0);
      expect(said()).toContain('requirepass');
    });
  });
}
