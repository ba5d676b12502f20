import { wordsOf } from '../engine/domain/words-of.js';
import {
  effectiveMode,
  type AskedMode,
  type EffectiveMode,
} from '../engine/control/effective-mode.js';
import { MODE_FLAGS, type ModeFlag, type ModeFlags } from '../engine/control/mode-flags.js';
import { readEnvFile, type ConfigLocation } from './config-files.js';

/** The flags as they stand, with where each of them is from. */
export interface FoundFlags {
  readonly flags: ModeFlags;
  readonly origins: Readonly<Record<ModeFlag, string>>;
  /** Why they can't all be known, null when they are. */
  readonly fault: string | null;
}

/**
 * Reads the flags of this process and of the file that --env-from names; the process wins. To the
 * letter: an empty value is a value here, because somebody may have meant something by it. Never throws.
 */
export function findModeFlags(
  location: Pick<ConfigLocation, 'cwd' | 'env' | 'envFile'>,
): FoundFlags {
  const file = fileVariables(location);
  const found = MODE_FLAGS.map((name) => {
    const own = location.env[name];
    if (own !== undefined) return { name, value: own, origin: 'environment' };
    const line = file.variables.findLast((variable) => variable.name === name);
    if (line === undefined) return { name, value: undefined, origin: 'nowhere' };
    return { name, value: line.text, origin: `${location.envFile ?? ''}:${line.line}` };
  });
  return {
    flags: Object.fromEntries(found.map(({ name, value }) => [name, value])) as ModeFlags,
    origins: Object.fromEntries(
      found.map(({ name, origin }) => [name, origin]),
    ) as FoundFlags['origins'],
    fault: file.fault,
  };
}

/** Flags that can't all be known make it shadow, like a register that can't be read. */
export function modeUnder(
  asked: AskedMode,
  { flags, fault }: FoundFlags,
  realVenues?: readonly string[],
): EffectiveMode {
  const known: AskedMode = fault === null ? asked : { state: 'unknown', why: fault };
  return effectiveMode(known, flags, realVenues);
}

function fileVariables(location: Pick<ConfigLocation, 'cwd' | 'env' | 'envFile'>) {
  try {
    const file = readEnvFile({ ...location, flags: [], configFile: undefined });
    const faults = file?.faults ?? [];
    const fault = faults.length === 0 ? null : `${file?.path ?? ''} has lines that can't be read`;
    return { variables: file?.variables ?? [], fault };
  } catch (fault) {
    return { variables: [], fault: wordsOf(fault) };
  }
}
