import { z } from 'zod';
import { findModeFlags, type FoundFlags } from '../../config/mode-flags.js';
import type { ConfigLocation } from '../../config/config-files.js';
import { MODE_FLAGS, type ModeFlag } from '../../engine/control/mode-flags.js';
import type { CommandIo } from '../command-io.js';
import { tellEngine, type KillSwitch } from '../kill-switch/kill-switch-ports.js';

/** The flags that count: of the engine that runs, else of this terminal, which would start one. */
export interface CountingFlags {
  /** Unknown: an engine runs and does not say them; the fault says why. */
  readonly whose: 'engine' | 'terminal' | 'unknown';
  readonly words: string;
  readonly found: FoundFlags;
}

/** Never throws. */
export async function countingFlags(
  killSwitch: KillSwitch,
  io: CommandIo,
  location: ConfigLocation,
): Promise<CountingFlags> {
  const { state, pid, why, body } = await tellEngine(killSwitch, io, { intent: 'flags' });
  if (state === 'absent') {
    return { whose: 'terminal', words: 'this terminal', found: findModeFlags(location) };
  }
  const said = state === 'acknowledged' ? SAID.safeParse(body) : null;
  if (said?.success === true) {
    const { flags, ...rest } = said.data.flags;
    const found = { ...rest, flags: { ...byName(undefined), ...flags } };
    return { whose: 'engine', words: `the engine (pid ${pid ?? '?'})`, found };
  }
  const fault = `the engine does not say its flags: ${why === '' ? 'it answered something else' : why}`;
  const found = { flags: byName(undefined), origins: byName('unknown'), fault };
  return { whose: 'unknown', words: fault, found };
}

const SAID = z.object({
  flags: z.object({
    flags: z.object(byName(z.string().optional())),
    origins: z.object(byName(z.string())),
    fault: z.string().nullable(),
  }),
});

function byName<T>(value: T): Record<ModeFlag, T> {
  return Object.fromEntries(MODE_FLAGS.map((name) => [name, value])) as Record<ModeFlag, T>;
}
