import { clip, NAME_CHARS_MAX, nextEpoch, TEXT_CHARS_MAX } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { EXIT, OperatorError, type OperatorErrorFields } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { readEverywhere, type EverywhereControl, type KillSwitch } from './kill-switch-ports.js';
import { ledgerWords, recordInLedger } from '../ledger-record.js';
import { stillRestricting } from './still-restricting.js';

/** A host that lives says five times a second what its latch says. */
const HEARD_AGAIN_MS = 1_000;

interface ForgetRequest {
  /** As `release` and `status` name it. */
  readonly host: string;
  readonly operator: string;
  readonly justification: string;
  readonly atMs: number;
}

interface Register {
  readonly killSwitch: KillSwitch;
  readonly shared: readonly SharedPlace[];
  readonly everywhere: EverywhereControl;
}

/**
 * What a host has left ends as a whole.
 * @returns the host to be forgotten, undefined where none is named; throws OperatorError (exit 2)
 */
export function hostToForget(options: ParsedOptions): string | undefined {
  const host = options.text('forget');
  if (host === undefined || options.text('scope') === undefined) return host;
  throw new OperatorError({
    code: 'CDB-E0002',
    what: 'Cannot release a scope of one host: --scope and --forget exclude each other',
    why: '--forget ends all that the host has left, and --scope releases one part on every host',
    todo: 'give one of the two, and what it names behind --confirm; cdb kill-switch status',
    exit: EXIT.USAGE,
  });
}

/** Ends what a host that is gone for good has left in the shared register. One that lives keeps it. */
export async function forgetHost(
  request: ForgetRequest,
  io: CommandIo,
  at: Register,
): Promise<number> {
  const { killSwitch, shared, everywhere } = at;
  await requireGone(request, at);
  const record = endedRecord(request, everywhere);
  await replace(request, record, shared);
  const { host, justification, operator, atMs } = request;
  const ledger = recordInLedger(killSwitch.ledger, {
    kind: 'control',
    action: 'host forgotten',
    ...{ atMs, who: operator, why: justification },
    details: { host, epoch: record.epoch },
  });
  const left = stillRestricting(await readEverywhere(killSwitch, shared));
  printResult(io, {
    command: 'kill-switch.release',
    data: {
      ...{ forgotten: host, epoch: record.epoch, held_by: left },
      ledger_entry: ledger.state === 'written' ? ledger.n : null,
    },
    text: () =>
      `${plainText(`FORGOTTEN   ${host}   epoch ${record.epoch}`)}\n` +
      left.map((one) => `  held by      ${plainText(one)}\n`).join('') +
      `written: ${plainText(ledgerWords(ledger))}\n`,
  });
  return EXIT.OK;
}

/** As strict as what it says, in other words: a host that lives says its own again at once. */
async function requireGone(request: ForgetRequest, at: Register): Promise<void> {
  const { killSwitch, shared, everywhere } = at;
  const asked = `asked by ${request.operator} at ${request.atMs} whether it lives`;
  const message = clip(asked, TEXT_CHARS_MAX);
  const said = saidBy(request, everywhere);
  const probe = said ?? { ...endedRecord(request, everywhere), level: 'HALTED' };
  await replace(request, { ...probe, message }, shared);
  await killSwitch.clock.sleep(HEARD_AGAIN_MS);
  const now = saidBy(request, await readEverywhere(killSwitch, shared));
  if (now?.message === message) return;
  throw notForgotten(request, {
    code: 'CDB-E0309',
    why: 'it lives: it said again what its latch says',
    todo: 'release it on that host',
  });
}

async function replace(
  request: ForgetRequest,
  record: ControlRecord,
  shared: readonly SharedPlace[],
): Promise<void> {
  const { host } = request;
  const told = await Promise.all(
    shared.map(async (place) => (await place.forget?.(host, record)) ?? false),
  );
  if (!told.includes(true)) throw unknownHost(request);
}

/** @returns null for what can't be read. @throws OperatorError where no other host has that name */
function saidBy(request: ForgetRequest, { readings }: EverywhereControl): ControlRecord | null {
  const said = readings.find(({ place, isOrder }) => place === request.host && isOrder !== true);
  if (said?.isShared !== true || said.reading.state === 'absent') throw unknownHost(request);
  return said.reading.state === 'present' ? said.reading.record : null;
}

function endedRecord(request: ForgetRequest, everywhere: EverywhereControl): ControlRecord {
  const { operator, justification, atMs } = request;
  const said = saidBy(request, everywhere);
  const epoch = nextEpoch(everywhere.effective, atMs);
  return {
    ...(said ?? everywhere.effective.record),
    level: 'TRADING',
    scopes: {},
    epoch,
    reason: 'released',
    message: clip(justification.trim(), TEXT_CHARS_MAX),
    operator: clip(operator.trim(), NAME_CHARS_MAX),
    atMs,
    previousLevel: said?.level ?? 'HALTED',
    exits: [],
    released: { all: epoch, any: epoch },
  };
}

function unknownHost(request: ForgetRequest): OperatorError {
  return notForgotten(request, {
    code: 'CDB-E0308',
    why: 'no other host of that name is in the register',
    todo: 'cdb kill-switch status',
  });
}

function notForgotten(
  { host }: ForgetRequest,
  fault: Pick<OperatorErrorFields, 'code' | 'why' | 'todo'>,
): OperatorError {
  const what = plainText(`Cannot forget the host "${host}"`);
  return new OperatorError({ ...fault, what, exit: EXIT.CONFLICT });
}
