import { execFile } from 'node:child_process';
import type { SignOfLife, Supervisor } from '../engine/ports/supervisor.js';

const PROGRAM = 'systemd-notify';
const CALL_MS_MAX = 5_000;
const MICROSECONDS_PER_MS = 1_000;

/** What sd_notify(3) calls them. */
const WORDS: Readonly<Record<SignOfLife, string>> = {
  READY: 'READY=1',
  ALIVE: 'WATCHDOG=1',
  STOPPING: 'STOPPING=1',
};

interface SystemdOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Once for each thing that is wrong; the engine goes on. */
  readonly onTrouble: (text: string) => void;
}

/**
 * systemd as the supervisor of this process. It listens on a datagram socket, which Node can't
 * write to, so the system's own program does; the unit then needs `NotifyAccess=all`.
 * @returns null when systemd did not start this process, or wants to hear nothing of it
 */
export function systemdSupervisor({ env, pid, onTrouble }: SystemdOptions): Supervisor | null {
  const socket = env['NOTIFY_SOCKET'] ?? '';
  if (socket === '') return null;
  // Nothing else of ours: what the environment holds besides is none of that program's business.
  const childEnv = { PATH: env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: socket };
  let told = '';
  return {
    aliveWithinMs: watchdogMs(env, pid),
    tell: async (sign) => {
      const fault = await run([WORDS[sign]], childEnv);
      if (fault === null) return true;
      if (fault !== told) onTrouble(`systemd does not hear of this engine: ${fault}`);
      told = fault;
      return false;
    },
  };
}

/** Of another process when a pid is named and it is not ours: children inherit the variables. */
function watchdogMs(env: SystemdOptions['env'], pid: number): number | null {
  const { WATCHDOG_USEC: microseconds = '', WATCHDOG_PID: named = '' } = env;
  if (!/^[1-9]\d*$/.test(microseconds)) return null;
  if (named !== '' && named !== String(pid)) return null;
  return Number(microseconds) / MICROSECONDS_PER_MS;
}

/** @returns null when it was told, else why not */
function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  return new Promise<string | null>((resolve) => {
    const options = { env, timeout: CALL_MS_MAX, killSignal: 'SIGKILL', cwd: '/' } as const;
    execFile(PROGRAM, args, options, (fault, _stdout, stderr) => {
      resolve(fault === null ? null : faultWords(fault, stderr));
    });
  });
}

function faultWords(fault: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (fault.code === 'ENOENT') return `there is no program ${PROGRAM}`;
  if (fault.killed === true) return `${PROGRAM} did not end within ${CALL_MS_MAX} ms`;
  return `${PROGRAM} failed: ${stderr.trim() === '' ? fault.message : stderr.trim()}`;
}
