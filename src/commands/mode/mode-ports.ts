import type { EffectiveControl } from '../../engine/control/register.js';
import { askedBy, type AskedMode } from '../../engine/control/effective-mode.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { tellEngine, type KillSwitch } from '../kill-switch/kill-switch-ports.js';

/** A directory in which nothing ran asks for the default. */
export function askedMode({ record, faults, mayInitialise }: EffectiveControl): AskedMode {
  if (faults.length > 0) return { state: 'unknown', why: faults.join('; ') };
  return mayInitialise ? { state: 'known', mode: 'shadow', venue: null } : askedBy(record);
}

export interface EngineWord {
  readonly state: 'follows' | 'absent' | 'not-confirmed';
  /** In which it decides now; null where it does not say. */
  readonly mode: string | null;
  readonly pid: number | null;
  readonly why: string;
}

/** Asks the running engine to look at the register, and hears in which mode it decides then. Never throws. */
export async function tellMode(
  killSwitch: KillSwitch,
  io: CommandIo,
  epoch: number,
): Promise<EngineWord> {
  const { state, pid, why, body } = await tellEngine(killSwitch, io, { intent: 'mode', epoch });
  if (state === 'absent') return { state, mode: null, pid, why };
  const mode = textMember(body, 'mode');
  if (state === 'acknowledged' && mode !== null) return { state: 'follows', mode, pid, why };
  return { state: 'not-confirmed', mode, pid, why: why === '' ? 'it did not say its mode' : why };
}

export function textMember(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : null;
}

export function engineWords(word: EngineWord): string {
  const pid = word.pid === null ? '' : ` (pid ${word.pid})`;
  switch (word.state) {
    case 'absent':
      return 'no engine running';
    case 'follows':
      return `decides in ${word.mode ?? '?'}${pid}`;
    case 'not-confirmed':
      return `NOT CONFIRMED${pid}: ${word.why}`;
  }
}

/** Nothing may be made less strict on a register that does not say what holds. */
export function requireReadable({ faults }: EffectiveControl, what: string): void {
  if (faults.length === 0) return;
  throw new OperatorError({
    code: 'CDB-E0311',
    what: `${what}: the register can't be read`,
    why: faults.join('; '),
    todo: 'cdb kill-switch status; cdb kill-switch release writes a new record, in shadow',
    exit: EXIT.REFUSED,
  });
}
