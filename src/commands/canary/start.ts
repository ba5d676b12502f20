import { randomUUID } from 'node:crypto';
import { unmet } from '../../engine/control/canary-conditions.js';
import { withMode, type EffectiveControl } from '../../engine/control/register.js';
import type { CanaryTerms } from '../../engine/domain/canary-terms.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { changeRegister } from '../mode/change-register.js';
import { engineWords, type EngineWord } from '../mode/mode-ports.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../tables/plain-text.js';
import { CANARY_START, collectConditions, type Collected } from './collect-conditions.js';
import { conditionsText } from './conditions-text.js';

/** Starts what was planned, approved and locked, and nothing else. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const found = await collectConditions('canary', { options, io, services });
  const { conditions, plan, control, killSwitch } = found;
  const decided = plan.judged.plan;
  const missing = unmet(conditions);
  if (missing.length > 0 || decided === null) throw notReady(found, options, io);
  const who = requireWords(control.record, options);
  const atMs = io.nowMs();
  const terms: CanaryTerms = {
    ...decided.terms,
    sessionId: randomUUID(),
    planHash: plan.planHash,
    held: false,
    startedAtMs: atMs,
  };
  const why = `canary started: ${who.reason}`;
  const change = { mode: 'canary', operator: who.operator, atMs, why, canary: terms } as const;
  const eventOf = ({ epoch }: ControlRecord) => ({
    ...({ kind: 'canary', action: CANARY_START, atMs } as const),
    ...{ who: who.operator, why: who.reason },
    details: { epoch, terms, approved_by: decided.operator, pack: found.packName },
  });
  const next = (current: EffectiveControl): ControlRecord => ({
    ...withMode(current, change),
    reason: 'canary',
  });
  const more = { before: control, isMore: true, next, eventOf };
  const { record, engine } = await changeRegister(killSwitch, more, io);
  return report(terms, { epoch: record.epoch, word: engine }, options, io);
}

function requireWords(
  { mode }: ControlRecord,
  options: ParsedOptions,
): { readonly operator: string; readonly reason: string } {
  const operator = options.text('operator')?.trim() ?? '';
  const reason = options.text('reason')?.trim() ?? '';
  const target = `${mode}/canary`;
  const wanted = [
    ...(operator === '' ? ['--operator NAME'] : []),
    ...(reason === '' ? ['--reason "why now"'] : []),
    ...(options.text('confirm') === target ? [] : [`--confirm ${target}`]),
  ];
  if (wanted.length === 0) return { operator, reason };
  throw new OperatorError({
    code: 'CDB-E0317',
    what: `Cannot start the canary: required ${wanted.join(', ')}`,
    why: 'it takes a name, a reason and the target retyped; --yes alone is no answer',
    todo: atSamePlace(
      `cdb canary start --operator NAME --reason "why now" --confirm ${target}`,
      options,
    ),
    exit: EXIT.REFUSED,
  });
}

/** The list is the answer; the error only says that it is a no. */
function notReady({ conditions }: Collected, options: ParsedOptions, io: CommandIo): OperatorError {
  const missing = unmet(conditions);
  printResult(io, {
    command: 'canary.start',
    data: { started: false, conditions },
    text: () => conditionsText('canary', conditions),
    rows: conditions,
  });
  return new OperatorError({
    code: 'CDB-E0312',
    what: `Cannot start the canary: ${missing.length} of ${conditions.length} conditions are not met`,
    why: missing.map(({ id }) => id).join(', '),
    todo: atSamePlace('cdb canary status lists each with its next step', options),
    exit: EXIT.REFUSED,
  });
}

function report(
  terms: CanaryTerms,
  { epoch, word }: { readonly epoch: number; readonly word: EngineWord },
  options: ParsedOptions,
  io: CommandIo,
): number {
  const { sessionId, venue, symbol, percent, durationMs } = terms;
  const follows = word.state === 'follows' && word.mode === 'canary';
  printResult(io, {
    command: 'canary.start',
    data: { started: follows, session_id: sessionId, epoch, terms, engine: word },
    text: () =>
      (follows ? '' : `PARTIAL: ${plainText(engineWords(word))}; cdb canary status says why\n`) +
      `CANARY ${follows ? 'RUNS' : 'ASKED FOR'}   ${plainText(symbol)} on ${plainText(venue)}   ` +
      `${percent} % of the entries   at most ${durationMs / 60_000} min   epoch ${epoch}\n` +
      `  session      ${sessionId}\n` +
      `stop: ${plainText(atSamePlace('cdb canary rollback', options))}\n`,
  });
  if (follows) return EXIT.OK;
  return word.state === 'follows' ? EXIT.FINDING : EXIT.UNREACHABLE;
}
