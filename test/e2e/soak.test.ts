import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../integration/embedded/embedded-fixture.js';
import { CDB, runCdb } from './run-cdb.js';

let cwd: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-soak-test-'));
  chmodSync(cwd, 0o711);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(cwd, { recursive: true, force: true });
});

function start(...words: readonly string[]) {
  const child = spawn(process.execPath, [CDB, ...words], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const said = { text: '' };
  child.stdout.on('data', (chunk) => (said.text += String(chunk)));
  return { child, said };
}

it('goes on after kill -9 with the same folder, one line for an hour, and one recorder', async () => {
  const engine = start('run', '--paper', '--feed', 'sample', '--speed', '1', '--metrics-port', '0');
  await until('the engine runs', () => engine.said.text.includes('running'), 60_000);
  const first = start('soak', 'start');
  await until('hour 0 is checked', () => first.said.text.includes('Hour 0: No restarts'), 20_000);
  const second = await runCdb(['soak', 'start'], { cwd });
  expect([second.status, second.stderr]).toEqual([6, expect.stringContaining('CDB-E0740')]);
  const ended = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await ended;
  const alone = await runCdb(['soak', 'status', '--json'], { cwd });
  expect(alone.status).toBe(1);
  expect(JSON.parse(alone.stdout)).toMatchObject({
    data: { state: 'RUNNING_VALID', recorder_pid: null, last_hour: 0, members: ['engine'] },
  });
  const again = start('soak', 'start');
  await until('it records again', () => again.said.text.includes('records lr040'), 20_000);
  expect((await runCdb(['soak', 'status'], { cwd })).status).toBe(0);
  const stopped = once(again.child, 'exit');
  again.child.kill('SIGINT');
  expect(await stopped).toEqual([130, null]);
  const folders = readdirSync(join(cwd, '.cdb', 'soak')).filter((name) => name.startsWith('soak_'));
  expect(folders).toHaveLength(1);
  const folder = join(cwd, '.cdb', 'soak', folders[0] ?? '');
  const log = readFileSync(join(folder, 'hourly_checks.log'), 'utf8');
  expect(log.match(/Hour 0: No restarts/g)).toHaveLength(1);
  const gate = await runCdb(['evaluate', 'soak-gate', folder], { cwd });
  expect([gate.status, gate.stdout]).toEqual([1, expect.stringContaining('SOAK GATE FAIL')]);
  const early = await runCdb(['evaluate', 'early-fail', folder, '--intent', 'lr040'], { cwd });
  expect([early.status, early.stdout]).toEqual([0, expect.stringMatching(/^RUNNING_VALID/)]);
  expect((await runCdb(['evaluate', 'soak-gate', 'nowhere'], { cwd })).status).toBe(2);
});
