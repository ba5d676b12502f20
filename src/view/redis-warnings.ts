import type { StackServer } from '../engine/ports/stack-reader.js';
import { durationText } from './age.js';
import { countText } from './figure.js';
import { STACK_LIMITS } from './stack-limits.js';

/** What will be a reason one day, a sentence each; null where there is nothing to warn of. */
type Warn = (server: StackServer) => string | null;

export function serverWarnings(server: StackServer, observedAtMs: number): readonly string[] {
  return [
    ...[policyWarning, evictionWarning, memoryWarning].map((warn) => warn(server)),
    ...[appendOnlyWarning, appendFailure, roleWarning].map((warn) => warn(server)),
    clockWarning(server.clockMs === null ? null : server.clockMs - observedAtMs),
  ].filter((warning) => warning !== null);
}

export const policyWarning: Warn = ({ maxmemoryPolicy }) => {
  if (maxmemoryPolicy === null) return 'maxmemory-policy is unknown: it should be noeviction';
  if (maxmemoryPolicy === 'noeviction') return null;
  return `maxmemory-policy is ${maxmemoryPolicy}, not noeviction: under pressure whole streams vanish`;
};

export const evictionWarning: Warn = ({ evictedKeys }) => {
  if (evictedKeys === null || evictedKeys === 0) return null;
  return `${countText(evictedKeys)} keys were evicted: streams or states may be missing`;
};

export const memoryWarning: Warn = (server) => {
  const share = memoryShare(server);
  if (share === null || share <= STACK_LIMITS.memoryShare) return null;
  return `${Math.round(share * 100)} % of maxmemory is used`;
};

export const appendOnlyWarning: Warn = ({ isAppendOnly }) => {
  if (isAppendOnly !== false) return null;
  return 'the append-only file is off: a restart of Redis may lose every stream';
};

export const appendFailure: Warn = ({ isAppendOnlyWell }) => {
  if (isAppendOnlyWell !== false) return null;
  return 'the last write of the append-only file failed: look at the disk of Redis';
};

export const roleWarning: Warn = ({ role }) => {
  if (role === null || role === 'master') return null;
  return `this Redis is a ${role}: what it has may be late`;
};

/** @param aheadMs of ours; null when it is not known */
export function clockWarning(aheadMs: number | null): string | null {
  if (aheadMs === null || Math.abs(aheadMs) <= STACK_LIMITS.clockMs) return null;
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  return `the clock of Redis is ${durationText(Math.abs(aheadMs))} ${side} this one`;
}

/** Null where there is no limit, or none is known. */
export function memoryShare({ maxmemoryBytes, usedMemoryBytes }: StackServer): number | null {
  if (maxmemoryBytes === null || maxmemoryBytes === 0 || usedMemoryBytes === null) return null;
  return usedMemoryBytes / maxmemoryBytes;
}
