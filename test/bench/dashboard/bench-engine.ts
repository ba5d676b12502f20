import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CDB } from './places.js';

const STARTED_MS_MAX = 60_000;

export interface BenchEngine {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has said on stdout so far. */
  readonly said: () => string;
}

/** `cdb run --paper` with an embedded database. @returns once it is running */
export async function startEngine(
  stateDir: string,
  words: readonly string[] = ['--feed', 'sample'],
): Promise<BenchEngine> {
  const args = ['run', '--paper', '--metrics-port', '0', '--state-dir', stateDir, ...words];
  const child = spawn(process.execPath, [CDB, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  // It drains by itself when a failure ends the bench.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  let said = '';
  let isSaid = false;
  const timer = setTimeout(() => child.kill('SIGKILL'), STARTED_MS_MAX);
  const isRunning = new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error(`the engine of the bench did not start: ${said}`));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (isSaid) return;
      isSaid = said.includes('OK running');
      if (isSaid) resolve();
    });
  });
  await isRunning.finally(() => {
    clearTimeout(timer);
  });
  return { child, pid: child.pid ?? 0, said: () => said };
}

export async function stopEngine({ child }: BenchEngine): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
