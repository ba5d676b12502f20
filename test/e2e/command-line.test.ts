import { execFileSync, spawnSync, type StdioOptions } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CDB, runCdb } from './run-cdb.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-e2e-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** Code that runs in the child before cdb does. */
function before(code: string): readonly string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

describe('cdb', () => {
  test('alone prints help on stdout', async () => {
    const { status, stdout, stderr } = await runCdb([], { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Examples:\n/);
    expect(stderr).toBe('');
  });

  test('stops trading from a shell whose directory was removed', async () => {
    const stateDir = join(cwd, 'state');
    const gone = join(cwd, 'gone');
    mkdirSync(gone);
    const engage = `"${process.execPath}" "${CDB}" kill-switch engage --state-dir "${stateDir}"`;
    const env = { ...process.env, HOME: cwd };
    const shell = `cd "${gone}" && rmdir "${gone}" && ${engage}`;
    expect(execFileSync('sh', ['-c', shell], { env, encoding: 'utf8' })).toContain(
      `state dir    ${stateDir}\nwritten: latch file OK`,
    );
  });

  test('version --json is one envelope on one line', async () => {
    const { status, stdout } = await runCdb(['version', '--json'], { cwd });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toHaveLength(2);
    const { version } = JSON.parse(readFileSync(join(CDB, '../../package.json'), 'utf8'));
    expect(JSON.parse(stdout)).toEqual({
      schema: 'cdb.version/1',
      generated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        version,
        commit: expect.stringMatching(/^(?:[0-9a-f]{12}|unknown)$/),
        engine_hash: expect.stringMatching(/^[0-9a-f]{12}$/),
        node: process.version,
        platform: `${process.platform}-${process.arch}`,
      },
    });
  });

  test('a wrong flag is exit 2, in the form that was asked for', async () => {
    const text = await runCdb(['version', '--jsn'], { cwd });
    expect(text.status).toBe(2);
    expect(text.stdout).toBe('');
    expect(text.stderr).toMatch(
      /^error CDB-E0002: .*"--jsn"\ncause: .*\nfix: {3}did you mean --json/,
    );
    const json = await runCdb(['version', '--jsn', '--json'], { cwd });
    expect(JSON.parse(json.stderr)).toMatchObject({ schema: 'cdb.error/1', error: { exit: 2 } });
  });

  test('a wrong configuration is exit 3 with every fault', async () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'metrics:\n  port: x\n  prot: 1\n');
    const { status, stderr } = await runCdb(['config', 'validate'], { cwd });
    expect(status).toBe(3);
    expect(stderr).toMatch(
      /^error CDB-E0101: .*2 faults\ncause: cdb.yaml:2 {2}.*\n {7}cdb.yaml:3 {2}/,
    );
  });

  test('explains every code that it prints', async () => {
    const { stdout } = await runCdb(['explain', 'cdb-e0101'], { cwd });
    expect(stdout).toContain('CDB-E0101: The configuration is invalid');
    expect((await runCdb(['explain', 'CDB-E9999'], { cwd })).status).toBe(8);
  });

  test('a reader that goes away is no error', async () => {
    const { status, stderr } = await runCdb(['config', 'show'], { cwd, closeStdout: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('a full disk behind "> file" is told, and keeps nothing from being done', () => {
    const full = openSync('/dev/full', 'w');
    const stdio: StdioOptions = ['ignore', full, 'pipe'];
    const engage = spawnSync(process.execPath, [CDB, 'kill-switch', 'engage'], { cwd, stdio });
    closeSync(full);
    expect({ status: engage.status, stderr: String(engage.stderr) }).toEqual({
      status: 4,
      stderr: 'notice: what this prints is lost: ENOSPC: no space left on device, write\n',
    });
    expect(readFileSync(join(cwd, '.cdb/control.json'), 'utf8')).toContain('HALTED');
    expect(existsSync(join(cwd, '.cdb/logs'))).toBe(false);
  });

  test.each([['status'], ['stop'], ['restart'], ['fills'], ['streams', 'list'], ['logs']])(
    'a file in place of the state directory is no bug of %s',
    async (...command) => {
      writeFileSync(join(cwd, 'file'), '');
      for (const stateDir of ['file', 'file/below']) {
        const { status, stderr } = await runCdb([...command, '--state-dir', stateDir], { cwd });
        expect({ stateDir, status }).toEqual({ stateDir, status: 4 });
        expect(stderr).toContain('error CDB-E0201: Cannot use the state directory');
        expect(stderr).toContain('choose another directory with --state-dir');
      }
      const halted = await runCdb(['kill-switch', 'status', '--state-dir', 'file'], { cwd });
      expect(halted).toMatchObject({ status: 0, stdout: expect.stringMatching(/^HALTED/) });
    },
  );

  test('a form of output that nobody knows is refused in the environment too', async () => {
    const env = { CDB_OUTPUT: 'xml' };
    const { status, stderr } = await runCdb(['config', 'show'], { cwd, env });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringContaining('CDB_OUTPUT: required one of text, json, jsonl'),
    });
    expect((await runCdb(['kill-switch', 'engage'], { cwd, env })).status).toBe(0);
  });

  test('an empty --state-dir stops trading in the usual place, and touches no other', async () => {
    chmodSync(cwd, 0o755);
    const engaged = await runCdb(['kill-switch', 'engage', '--state-dir', ''], { cwd });
    expect(engaged.status).toBe(0);
    expect(readdirSync(cwd)).toEqual(['.cdb']);
    expect(statSync(cwd).mode & 0o777).toBe(0o755);
  });

  test('a command that is printed is about the state directory of the call', async () => {
    const at = ['--state-dir', 'my state'];
    const engaged = await runCdb(['kill-switch', 'engage', ...at], { cwd });
    const release = "cdb kill-switch release --state-dir 'my state' --operator NAME";
    expect(engaged.stdout).toContain(`undo: ${release}`);
    const refused = await runCdb(['kill-switch', 'release', ...at], { cwd });
    expect(refused.stderr).toContain(`fix:   ${release}`);
    const given = ['--operator', 'ann', '--justification', 'test', '--confirm'];
    const words = ['kill-switch', 'release', ...given, 'shadow/kill-switch', ...at];
    expect((await runCdb(words, { cwd })).stdout).toContain(
      "stop again: cdb kill-switch engage --state-dir 'my state'\n",
    );
  });

  test('an unforeseen fault is exit 70 and leaves a crash file without secrets', async () => {
    const nodeFlags = before(`
      const stringify = JSON.stringify;
      JSON.stringify = (value, ...more) => {
        if (value?.schema === 'cdb.version/1') throw new TypeError('boom token=' + ['hu', 'sh'].join(''));
        return stringify(value, ...more);
      };`);
    mkdirSync(join(cwd, '.cdb'));
    const { status, stderr } = await runCdb(['version', '--json'], { cwd, nodeFlags });
    expect(status).toBe(70);
    const { error } = JSON.parse(stderr);
    expect(error.what).toContain('boom');
    const path = /crash file (.*)$/.exec(error.todo)?.[1] ?? '';
    expect(path.startsWith(join(cwd, '.cdb/logs/'))).toBe(true);
    const crash = readFileSync(path, 'utf8');
    expect(crash).toContain('TypeError: boom');
    expect(crash).toContain('arguments: version --json');
    expect(crash + stderr).not.toContain('hush');
  });

  test('a crash makes no state directory', async () => {
    const nodeFlags = before("JSON.stringify = () => { throw new TypeError('boom'); };");
    const { status } = await runCdb(['version', '--json'], { cwd, nodeFlags });
    expect(status).toBe(70);
    expect(existsSync(join(cwd, '.cdb'))).toBe(false);
  });
});

describe('bin/cdb.js', () => {
  test('names the Node it needs', async () => {
    const nodeFlags = before(
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } });",
    );
    const { status, stderr } = await runCdb(['version'], { cwd, nodeFlags });
    expect(status).toBe(3);
    expect(stderr).toContain('Node 20.19 or newer is required');
  });

  test('says what to do when it was not built', async () => {
    mkdirSync(join(cwd, 'bin'));
    const script = join(cwd, 'bin/cdb.mjs');
    copyFileSync(CDB, script);
    const { status, stderr } = await runCdb(['version'], { cwd, script });
    expect(status).toBe(3);
    expect(stderr).toContain('npm ci');
  });
});
