import { wordsOf } from '../../engine/domain/words-of.js';
import { opening, saysSomething, type Opening } from '../../engine/control/delivery-gate.js';
import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { durationText, utcText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { requireYes } from '../confirmation.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace, shellWord } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { lookAtGate, type GateLook } from './gate-look.js';
import type { GateServices } from './gate-services.js';
import { scopeGiven } from './scope-given.js';

/** Allows one use of one scope for a time. It counts from the commit of the file on. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: GateServices,
): Promise<number> {
  const scope = scopeGiven(options, 'open');
  const wanted = wantedOpening(options, scope);
  const gate = await services.deliveryGate(options, io);
  refuseOpen(await lookAtGate(gate, io.nowMs()), scope);
  const { ttlMs, approvedBy, reason } = wanted;
  io.stderr(
    `${plainText(`target  ${scope}, once, for ${durationText(ttlMs)}, by ${approvedBy}: ${reason}`)}\n`,
  );
  await requireYes(options, io, {
    code: 'CDB-E0609',
    what: `Cannot open the gate for "${scope}" without a yes`,
    question: 'Open it?',
    command: atSamePlace(wanted.command, options),
  });
  // From now on, not from before the answer.
  const approvedAtMs = io.nowMs();
  const made = opening(gate.hash, {
    ...{ scope, approvedBy, reason, approvedAtMs },
    expiresAtMs: approvedAtMs + ttlMs,
  });
  await openOnRecord(gate, made, operatorName(io.env));
  const files = (await gate.copies()).map(({ file }) => file);
  const commit = `git add ${files.map(shellWord).join(' ')} && git commit -m ${shellWord(`gate: open ${scope}`)} -- ${files.map(shellWord).join(' ')}`;
  printResult(io, {
    command: 'gate.open',
    data: {
      scope,
      approved_by: approvedBy,
      approved_at: new Date(approvedAtMs).toISOString(),
      expires_at: new Date(made.expiresAtMs).toISOString(),
      reason,
      files,
      committed: false,
    },
    text: () =>
      [
        `written ${plainText(files.join(', '))}   ${scope} until ${utcText(made.expiresAtMs)}, once`,
        'It counts when it is committed:',
        `next: ${plainText(commit)}`,
        `undo: ${atSamePlace(`cdb gate close ${scope}`, options)}`,
        '',
      ].join('\n'),
  });
  return EXIT.OK;
}

/** On record before it is in force; an opening that failed is on record as closed. */
async function openOnRecord(gate: DeliveryGate, made: Opening, who: string): Promise<void> {
  const { id, scope, approvedBy, approvedAtMs, expiresAtMs, reason } = made;
  const details = {
    scope,
    openings: [id],
    approved_by: approvedBy,
    expires_at: new Date(expiresAtMs).toISOString(),
  };
  const event = { kind: 'gate' as const, atMs: approvedAtMs, who, details };
  gate.ledger.append({ ...event, action: 'gate opened', why: reason });
  try {
    await gate.open(made);
  } catch (fault) {
    const why = wordsOf(fault);
    gate.ledger.append({ ...event, action: 'gate closed', why: `it was not opened: ${why}` });
    throw fault;
  }
}

interface Wanted {
  readonly ttlMs: number;
  readonly approvedBy: string;
  readonly reason: string;
  /** The same call again. */
  readonly command: string;
}

function wantedOpening(options: ParsedOptions, scope: string): Wanted {
  const ttlMs = options.number('ttlMs');
  const approvedBy = (options.text('by') ?? '').trim();
  const reason = (options.text('reason') ?? '').trim();
  const missing = [
    ttlMs === undefined ? ['--ttl 30m'] : [],
    saysSomething(approvedBy) ? [] : ['--by NAME'],
    saysSomething(reason) ? [] : ['--reason "why it is due"'],
  ].flat();
  if (ttlMs !== undefined && missing.length === 0) {
    const command = `cdb gate open ${scope} --ttl ${ttlMs / 60_000}m --by ${shellWord(approvedBy)} --reason ${shellWord(reason)}`;
    return { ttlMs, approvedBy, reason, command };
  }
  throw new OperatorError({
    code: 'CDB-E0608',
    what: `Cannot open the gate for "${scope}": required ${missing.join(', ')}`,
    why: 'an opening says who allows what, why, and until when (at most 24 h); nothing was changed',
    todo: `cdb gate open ${scope} --ttl 30m --by NAME --reason "why it is due"`,
    exit: EXIT.REFUSED,
  });
}

/** Another opening beside it would outlive the use of the first. */
function refuseOpen(look: GateLook, scope: string): void {
  const verdict = look.judge(scope);
  if (!verdict.open) return;
  const { approvedBy, expiresAtMs } = verdict.opening;
  throw new OperatorError({
    code: 'CDB-E0610',
    what: `The gate for "${scope}" is open already`,
    why: `until ${utcText(expiresAtMs)}, by ${approvedBy}; nothing was changed`,
    todo: `cdb gate close ${scope}`,
    exit: EXIT.CONFLICT,
  });
}
