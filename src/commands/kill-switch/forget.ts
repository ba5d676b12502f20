import type { ControlRecord } from '../../engine/domain/control.js';
import { clip, NAME_CHARS_MAX, nextEpoch, TEXT_CHARS_MAX } from '../../engine/control/register.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import { plainText } from '../tables/plain-text.js';
import { readEverywhere, type EverywhereControl, type KillSwitch } from './kill-switch-ports.js';
import { recordInLedger } from './ledger-record.js';
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

/** Ends what a host that is gone for good has left in the shared register. A living one says it again. */
export async function forgetHost(
  request: ForgetRequest,
  io: CommandIo,
  at: {
    readonly killSwitch: KillSwitch;
    readonly shared: readonly SharedPlace[];
    readonly everywhere: EverywhereControl;
  },
): Promise<number> {
  const { host } = request;
  const { killSwitch, shared, everywhere } = at;
  const { clock } = killSwitch;
  const record = forgottenRecord(request, everywhere);
  const told = await Promise.all(
    shared.map(async (place) => (await place.forget?.(host, record)) ?? false),
  );
  if (!told.includes(true)) throw notForgotten(request, 'nothing else is known of it');
  const { justification, operator, atMs } = request;
  recordInLedger(killSwitch.ledger, {
    kind: 'control',
    action: 'host forgotten',
    ...{ atMs, who: operator, why: justification },
    details: { host, epoch: record.epoch },
  });
  await clock.sleep(HEARD_AGAIN_MS);
  const left = stillRestricting(await readEverywhere(killSwitch, shared));
  const isBack = left.some((one) => one.startsWith(`${host}:`));
  printResult(io, {
    command: 'kill-switch.release',
    data: { forgotten: host, isBack, heldBy: left },
    text: () =>
      plainText(`FORGOTTEN   ${host}   epoch ${record.epoch}`) +
      '\n' +
      left.map((one) => `held by      ${plainText(one)}\n`).join('') +
      (isBack ? 'that host lives and says it again; release it there\n' : ''),
  });
  return isBack ? EXIT.UNREACHABLE : EXIT.OK;
}

function forgottenRecord(request: ForgetRequest, everywhere: EverywhereControl): ControlRecord {
  const { host, operator, justification, atMs } = request;
  const { effective, readings } = everywhere;
  const said = readings.find(({ place, isOrder }) => place === host && isOrder !== true);
  if (said?.isShared !== true || said.reading.state === 'absent') {
    throw notForgotten(request, 'no other host of that name is in the register');
  }
  const present = said.reading.state === 'present' ? said.reading.record : null;
  return {
    ...(present ?? effective.record),
    level: 'TRADING',
    scopes: {},
    epoch: nextEpoch(effective, atMs),
    reason: 'released',
    message: clip(justification.trim(), TEXT_CHARS_MAX),
    operator: clip(operator.trim(), NAME_CHARS_MAX),
    atMs,
    previousLevel: present?.level ?? 'HALTED',
    exits: [],
  };
}

function notForgotten({ host }: ForgetRequest, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0308',
    what: plainText(`Cannot forget the host "${host}"`),
    why,
    todo: 'cdb kill-switch status',
    exit: EXIT.CONFLICT,
  });
}
