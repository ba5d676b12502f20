import type { Config } from '../../config/parse-config.js';
import type { LockedFacts } from '../../engine/control/canary-pack.js';
import { canonicalFact } from '../../engine/domain/canonical-fact.js';
import type { Hash } from '../../engine/domain/hash.js';
import { BUILD } from '../build-info.js';
import type { CountingFlags } from '../mode/engine-flags.js';
import { textMember } from '../mode/mode-ports.js';

interface Locked {
  readonly planHash: string;
  /** Of the engine, null where none answers. */
  readonly view: unknown;
  readonly hash: Hash;
}

/**
 * What may not change between the lock and the start: plan, configuration, flags, this build, and the very
 * process of the engine, since another one could have been started with anything.
 */
export function lockedFacts(
  { planHash, view, hash }: Locked,
  { effective, thresholdValues }: Config,
  { found }: CountingFlags,
): LockedFacts {
  // Secrets are no part of it: only the names of their places are among the effective values.
  const config = {
    values: effective.map(({ key, value }) => [key, String(value)]),
    thresholdValues,
  };
  return {
    planHash,
    configHash: hash.sha256Hex(canonicalFact(config)),
    flagsHash: hash.sha256Hex(canonicalFact(found.flags)),
    cdb: `${BUILD.version} ${BUILD.commit} ${BUILD.engineHash}`,
    engine: engineOf(view),
  };
}

function engineOf(view: unknown): string {
  const run: unknown = Reflect.get(Object(view), 'run');
  const pid: unknown = Reflect.get(Object(run), 'pid');
  const words = ['run_id', 'started_at', 'code_version'].map((name) => textMember(run, name));
  return [typeof pid === 'number' ? String(pid) : 'none', ...words.map((word) => word ?? '?')].join(
    ' ',
  );
}
