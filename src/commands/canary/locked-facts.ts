import { findModeFlags } from '../../config/mode-flags.js';
import type { LockedFacts } from '../../engine/control/canary-pack.js';
import { canonicalFact } from '../../engine/domain/canonical-fact.js';
import type { Hash } from '../../engine/domain/hash.js';
import { BUILD } from '../build-info.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { textMember } from '../mode/mode-ports.js';
import type { ParsedOptions } from '../parsed-options.js';

/**
 * What may not change between the lock and the start: plan, configuration, flags, this build, and the very
 * process of the engine, since another one could have been started with anything.
 * @param view of the engine, null where none answers
 * @throws OperatorError (exit 3) for a configuration that can't be read
 */
export function lockedFacts(
  planHash: string,
  view: unknown,
  {
    options,
    io,
    hash,
  }: { readonly options: ParsedOptions; readonly io: CommandIo; readonly hash: Hash },
): LockedFacts {
  const { effective, thresholdValues } = commandConfig(options, io);
  // Secrets are no part of it: only the names of their places are among the effective values.
  const config = {
    values: effective.map(({ key, value }) => [key, String(value)]),
    thresholdValues,
  };
  const { flags } = findModeFlags(configLocation(options, io));
  return {
    planHash,
    configHash: hash.sha256Hex(canonicalFact(config)),
    flagsHash: hash.sha256Hex(canonicalFact(flags)),
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
