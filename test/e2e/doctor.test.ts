import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCdb } from './run-cdb.js';

const RECORD = join(import.meta.dirname, '../fixtures/vectors/founding-incident.json');
const WELL = join('.cdb', 'reports');

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-doctor-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runCdb(['doctor', ...args], { cwd, env });
}

interface Told {
  readonly data: { readonly findings: readonly { readonly remedy: { command: string } | null }[] };
}

describe('cdb doctor where nothing ever ran', () => {
  it('alarms nobody, passes nobody, and makes nothing', async () => {
    const { status, stdout } = await doctor([]);
    expect([status, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/ WARN {3}/)]);
    expect(stdout).not.toMatch(/^(?:BLOCKER|FAIL|CRASH|TIMEOUT|STALE)/m);
    expect(readdirSync(cwd)).toEqual([]);
    expect((await doctor(['--strict'])).status).toBe(1);
  });

  it('examines the rest where the configuration is broken', async () => {
    const { status, stdout } = await doctor(['--json'], { CDB_METRICS_PORT: 'abc' });
    const { findings } = (
      JSON.parse(stdout) as { data: { findings: { id: string; status: string }[] } }
    ).data;
    expect(status).toBe(1);
    expect(findings.find(({ id }) => id === 'config.valid')?.status).toBe('FAIL');
    expect(findings.find(({ id }) => id === 'host.disk')?.status).toBe('OK');
  });

  it('prints its commands for the place that it examined', async () => {
    const flags = ['--state-dir', 'other place', '--logs', 'nowhere', '--json'];
    const remedies = async (args: readonly string[], env = {}) => {
      const { data } = JSON.parse((await doctor([...args, ...flags], env)).stdout) as Told;
      return data.findings.flatMap(({ remedy }) => remedy?.command ?? []);
    };
    const place = "--state-dir 'other place'";
    expect(await remedies(['--only', 'logs.reach'])).toEqual([`cdb config show ${place} --origin`]);
    const unwell = { CDB_METRICS_PORT: 'abc' };
    expect(await remedies(['--only', 'config.valid'], unwell)).toEqual([
      `cdb config validate ${place}`,
    ]);
  });

  it('refuses what it does not know or what does not go together', async () => {
    const unknown = await doctor(['--only', 'postgres.reech']);
    expect([unknown.status, unknown.stderr]).toEqual([
      8,
      expect.stringContaining('postgres.reach'),
    ]);
    for (const args of [
      ['--write'],
      ['--daily', '--write', '--only', 'host.*'],
      ['--daily', '--write', '--from', RECORD],
      ['--fix', '--from', RECORD],
      ['--from', 'nowhere.json'],
    ]) {
      expect((await doctor(args)).status, args.join(' ')).toBe(2);
    }
    expect(existsSync(join(cwd, WELL))).toBe(false);
  });
});

describe('cdb doctor --daily', () => {
  it('keeps the day in both forms, and compares with what was kept before', async () => {
    const first = await doctor(['--daily', '--write', '--json']);
    const second = await doctor(['--daily', '--write', '--json'], { CDB_METRICS_PORT: 'abc' });
    const [one, two] = [first, second].map(({ stdout }) => JSON.parse(stdout) as Daily);
    expect(one?.data.compared.previous_at).toBeNull();
    expect(two?.data.compared.previous_at).toBe(one?.data.observed_at);
    expect(two?.data.compared.new).toContain('config.valid');
    const names = readdirSync(join(cwd, WELL)).filter((name) => name.includes('daily'));
    const [json = '', page = ''] = names.sort().map((name) => join(cwd, WELL, name));
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      schema: 'cdb.doctor.daily/1',
      data: { observed_at: two?.data.observed_at, is_whole: true },
    });
    expect(readFileSync(page, 'utf8').match(/^## Check-up /gm)).toHaveLength(2);
    expect(statSync(json).mode & 0o077).toBe(0);
  });

  it('is told also where it cannot be kept', async () => {
    mkdirSync(join(cwd, '.cdb'));
    writeFileSync(join(cwd, WELL), 'in the way');
    const { status, stdout, stderr } = await doctor(['--daily', '--write']);
    expect(stdout).toMatch(/^DAILY CHECK-UP [\s\S]*^next step/m);
    expect(stdout).not.toMatch(/^written/m);
    expect([status, stderr]).toEqual([4, expect.stringContaining('cannot be written')]);
  });

  it('judges the recorded state of February as it was judged then', async () => {
    const { status, stdout } = await doctor(['--daily', '--from', RECORD]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ 1 BLOCKER P0 .*risk_events is missing/m);
    expect(stdout).toMatch(/^ 2 WARN .*4 of 5/m);
    expect(stdout).toMatch(/^ 3 OK .*ws -> signal -> risk -> execution/m);
    expect(
      stdout.match(/^next step \(exactly one\): cdb migrate plan .*needs gate: migrations$/gm),
    ).toHaveLength(1);
  });
});

describe('a pipe or device in place of a file', () => {
  it('is refused, and keeps nobody waiting', async () => {
    const pipe = join(cwd, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const from of [pipe, '/dev/zero', cwd]) {
      const { status, stderr } = await doctor(['--from', from]);
      expect([status, stderr]).toEqual([2, expect.stringContaining('it is no regular file')]);
    }
    const logs = await doctor(['--logs', pipe, '--only', 'logs.others']);
    expect(logs.stdout).toMatch(/^WARN .*logs\.others .*"[^"]*pipe" is no regular file/m);
  });
});

describe('cdb doctor --fix', () => {
  it('takes the rights of others from a file with a secret, after a yes', async () => {
    const key = join(cwd, 'hmac.key');
    writeFileSync(key, 'a-key-that-is-obviously-fake-0123456789\n');
    chmodSync(key, 0o644);
    const env = { CDB_AUDIT_HMAC_KEY_FILE: key };
    const mode = () => statSync(key).mode & 0o777;
    const planned = await doctor(['--only', 'config.secrets', '--fix', '--dry-run'], env);
    expect(planned.stderr).toContain(`would do chmod 0600 ${key}   undo: chmod 0644 ${key}`);
    const unasked = await doctor(['--only', 'config.secrets', '--fix'], env);
    expect([unasked.status, mode()]).toEqual([5, 0o644]);
    const done = await doctor(['--only', 'config.secrets', '--fix', '--yes'], env);
    expect([done.stderr.includes('done '), mode()]).toEqual([true, 0o600]);
    const again = await doctor(['--only', 'config.secrets', '--fix', '--yes'], env);
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('nothing that may')]);
  });
});

describe('cdb doctor --bundle', () => {
  it('is a tar that shows no secret, and replaces no file', async () => {
    const env = { CDB_DATABASE_URL: 'postgres://cdb:obviously-fake@127.0.0.1:1/cdb' };
    const first = await doctor(['--bundle', 'help.tgz'], env);
    expect(first.stderr).toContain('secrets masked');
    const file = join(cwd, 'help.tgz');
    const names = execFileSync('tar', ['tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toEqual(expect.arrayContaining(['check-up.json', 'config.txt', 'version.txt']));
    const all = execFileSync('tar', ['xzOf', file], { encoding: 'utf8' });
    expect(all).not.toContain('obviously-fake');
    const before = readFileSync(file);
    expect((await doctor(['--bundle', 'help.tgz'], env)).status).toBe(6);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('says what is in its way, after all that was found', async () => {
    symlinkSync('nowhere', join(cwd, 'link'));
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    for (const name of ['', '.', 'link', 'pipe']) {
      const { status, stdout, stderr } = await doctor(['--bundle', name, '--only', 'host.disk']);
      expect([name, status, stderr]).toEqual([name, 6, expect.stringContaining('CDB-E0617')]);
      expect(stdout).toContain('host.disk');
    }
    expect(readdirSync(cwd).sort()).toEqual(['link', 'pipe']);
  });
});

interface Daily {
  readonly data: {
    readonly observed_at: string;
    readonly compared: { readonly previous_at: string | null; readonly new: readonly string[] };
  };
}
