import { wordsOf } from '../../engine/domain/words-of.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { askedBy, type AskedMode } from '../../engine/control/effective-mode.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import { ChangedMeanwhile, DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { readControl, type KillSwitch } from '../kill-switch/kill-switch-ports.js';

const ENGINE_ACK_MS_MAX = 1_500;
const ROUNDS_MAX = 5;

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
export async function tellMode({ client, engine }: KillSwitch, epoch: number): Promise<EngineWord> {
  try {
    const pid = engine.holder()?.pid ?? null;
    const answer = await client.call({
      method: 'POST',
      path: '/intents',
      body: { intent: 'mode', epoch },
      timeoutMs: ENGINE_ACK_MS_MAX,
    });
    if (answer.state === 'absent') return { state: 'absent', mode: null, pid: null, why: '' };
    if (answer.state === 'silent') {
      return { state: 'not-confirmed', mode: null, pid: answer.pid ?? pid, why: answer.why };
    }
    const mode = textMember(answer.body, 'mode');
    const ok = answer.status === 200 && mode !== null;
    const why = ok ? '' : `it answered with status ${answer.status}`;
    return { state: ok ? 'follows' : 'not-confirmed', mode, pid, why };
  } catch (fault) {
    return { state: 'not-confirmed', mode: null, pid: null, why: wordsOf(fault) };
  }
}

export function textMember(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : null;
}

/**
 * Writes every place, or it does not count.
 * @throws OperatorError (exit 6) when somebody else wrote meanwhile, (exit 4) when it can't be written
 */
export function writeRecord({ places }: KillSwitch, record: ControlRecord): void {
  for (const place of places) {
    try {
      place.write(record);
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      const isConflict = fault instanceof ChangedMeanwhile;
      throw new OperatorError({
        code: isConflict ? 'CDB-E0313' : 'CDB-E0314',
        what: `Cannot set the mode to ${record.mode}: the ${place.name} was not written`,
        why: fault.message,
        todo: isConflict ? 'cdb mode show, and decide again' : 'repair what is named above',
        exit: isConflict ? EXIT.CONFLICT : EXIT.UNREACHABLE,
        cause: fault,
      });
    }
  }
}

/** Back to shadow: whoever wrote meanwhile is looked at, and it is written all the same. */
export function writeLess(
  killSwitch: KillSwitch,
  next: (current: EffectiveControl) => ControlRecord,
): ControlRecord {
  for (let round = 1; ; round += 1) {
    const record = next(readControl(killSwitch));
    try {
      writeRecord(killSwitch, record);
      return record;
    } catch (fault) {
      const isConflict = fault instanceof OperatorError && fault.cause instanceof ChangedMeanwhile;
      if (!isConflict || round >= ROUNDS_MAX) throw fault;
    }
  }
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

/** On record before it holds. @throws OperatorError (exit 4) */
export function noteFirst(
  ledger: Ledger,
  event: Parameters<Ledger['append']>[0],
  io: CommandIo,
): void {
  try {
    ledger.append({ ...event, atMs: io.nowMs() });
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    throw new OperatorError({
      code: 'CDB-E0315',
      what: `Cannot put "${event.action}" on record, so it was not done`,
      why: fault.message,
      todo: 'repair the ledger directory; stopping and cdb mode set shadow work without it',
      exit: EXIT.UNREACHABLE,
      cause: fault,
    });
  }
}
