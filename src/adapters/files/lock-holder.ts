import { readlinkSync } from 'node:fs';
import { maskSecrets } from '../../config/mask.js';
import type { EngineHolder, EngineLaunch } from '../../engine/ports/engine-client.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { identityOf, isSameProcess } from '../process-identity.js';
import { somebodyListens } from '../socket-probe.js';

/** What engine.lock says about the process that holds it. */
export interface LockHolder extends EngineHolder {
  readonly mode: string;
  /** When the process began, in the system's own words: tells it from a later one with its pid. */
  readonly startTime: string;
  readonly bootId: string;
  /** Pids mean something only inside it; empty where the system has none. */
  readonly pidNamespace: string;
}

/** An engine in another container that has just started does not listen yet. */
const START_MS_MAX = 10_000;
/** Of the 16 KiB that are read of a lock. */
const LAUNCH_CHARS_MAX = 4_000;

/** What the holder does with the state directory. */
export interface LockUse {
  readonly socketPath: string;
  readonly mode: string;
  readonly launch?: EngineLaunch;
}

export function lockHolderOf(use: LockUse, nowMs: number): LockHolder {
  const self = identityOf(process.pid);
  assertInvariant(self !== null, 'this process exists');
  return {
    pid: self.pid,
    startTime: self.startedAt,
    bootId: self.bootId,
    pidNamespace: ownPidNamespace(),
    socketPath: use.socketPath,
    mode: use.mode,
    startedAtMs: nowMs,
    ...keptLaunch(use.launch),
  };
}

/** The lock is a small file, and one that people copy into bug reports. */
function keptLaunch(launch: EngineLaunch | undefined): Pick<LockHolder, 'launch'> {
  if (launch === undefined) return {};
  const text = JSON.stringify(launch);
  return text.length <= LAUNCH_CHARS_MAX && maskSecrets(text) === text ? { launch } : {};
}

/** True when the holder runs and its pid can be judged from here. */
export function isLiveHolder(holder: LockHolder): boolean {
  const { pid, startTime, bootId } = holder;
  return !isForeignHolder(holder) && isSameProcess({ pid, startedAt: startTime, bootId });
}

/** For whoever only asks: a holder in another container counts as live while the machine is up. */
export function isLiveOrUnknown(holder: LockHolder): boolean {
  return isForeignHolder(holder) || isLiveHolder(holder);
}

/** Same machine and boot, but another container: its pids are not ours. */
export function isForeignHolder({ bootId, pidNamespace }: LockHolder): boolean {
  const own = ownPidNamespace();
  return (
    pidNamespace !== '' &&
    own !== '' &&
    pidNamespace !== own &&
    bootId === identityOf(process.pid)?.bootId
  );
}

/** The only sign of life that crosses containers is whether its socket answers. */
export async function foreignHolderIsLive(holder: LockHolder, nowMs: number): Promise<boolean> {
  if (Math.abs(nowMs - holder.startedAtMs) < START_MS_MAX) return true;
  return somebodyListens(holder.socketPath);
}

/** @returns null when the text is not what cdb writes */
export function parseLockHolder(text: string): LockHolder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // Judged like any other content that cdb does not write.
  }
  return isLockHolder(value) ? value : null;
}

function isLockHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  const texts = ['startTime', 'bootId', 'pidNamespace', 'socketPath', 'mode'];
  return (
    ['pid', 'startedAtMs'].every((key) => Number.isSafeInteger(found.get(key))) &&
    texts.every((key) => typeof found.get(key) === 'string') &&
    isLaunchOrAbsent(found.get('launch'))
  );
}

function isLaunchOrAbsent(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const found = new Map<string, unknown>(Object.entries(value));
  const env = found.get('env');
  const areTexts = (list: unknown) =>
    Array.isArray(list) && list.every((item) => typeof item === 'string');
  return (
    areTexts(found.get('words')) &&
    typeof found.get('cwd') === 'string' &&
    typeof found.get('detached') === 'boolean' &&
    ['undefined', 'string'].includes(typeof found.get('database')) &&
    typeof env === 'object' &&
    env !== null &&
    areTexts(Object.values(env))
  );
}

function ownPidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return ''; // A system without namespaces.
  }
}
