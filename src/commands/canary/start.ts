import { randomUUID } from 'node:crypto';
import { wordsOf } from '../../engine/domain/words-of.js';
import { unmet } from '../../engine/control/canary-conditions.js';
import { withMode, type EffectiveControl } from '../../engine/control/register.js';
import type { CanaryTerms } from '../../engine/domain/canary-terms.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { useGate } from '../gate/use-gate.js';
import { readControl } from '../kill-switch/kill-switch-ports.js';
import { changeRegister, isOther } from '../mode/change-register.js';
import { engineWords, type EngineWord } from '../mode/mode-ports.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { collectConditions, type Collected, type ConditionsCall } from './collect-conditions.js';
import { conditionsText } from './conditions-text.js';
import { CANARY_START } from './ledger-look.js';

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
  const start = async (): Promise<number> => {
    const more = { before: control, isMore: true, next, eventOf };
    const { record, engine } = await changeRegister(killSwitch, more, io);
    const isFollowed = engine.state === 'follows' && !isOther(engine, 'canary');
    if (!isFollowed) throw await takenBack(found, { terms, engine, who: who.operator }, io);
    return report(terms, { epoch: record.epoch, engine }, options, io);
  };
  return underGate(found, { start, who: who.operator }, { options, io, services });
}

/** An opening that is there is used up, also where a rehearsal could do without. */
async function underGate(
  { isGateOpen }: Collected,
  { start, who }: { readonly start: () => Promise<number>; readonly who: string },
  { options, io, services }: ConditionsCall,
): Promise<number> {
  if (!isGateOpen) return start();
  const gate = await services.deliveryGate(options, io);
  const onNotice = (text: string) => io.stderr(`note: ${plainText(text)}\n`);
  const command = 'cdb canary start';
  const use = { scope: 'canary', command, who, nowMs: () => io.nowMs(), onNotice };
  const { result, isClosed } = await useGate(gate, use, start);
  return isClosed ? result : EXIT.UNREACHABLE;
}

/** What the engine does not follow would begin whenever its flags or its answers change. */
async function takenBack(
  { killSwitch }: Collected,
  started: { readonly terms: CanaryTerms; readonly engine: EngineWord; readonly who: string },
  io: CommandIo,
): Promise<OperatorError> {
  const { terms, engine, who } = started;
  const atMs = io.nowMs();
  const why = `canary start taken back: ${engineWords(engine)}`;
  const next = (current: EffectiveControl): ControlRecord => ({
    ...withMode(current, { mode: 'shadow', operator: who, atMs, why }),
    reason: 'canary',
  });
  const eventOf = ({ epoch }: ControlRecord) => ({
    ...({ kind: 'canary', action: 'canary start taken back', atMs, who, why } as const),
    details: { epoch, session_id: terms.sessionId },
  });
  const isSeen = engine.state === 'follows';
  const fault = {
    code: 'CDB-E0323',
    what: `The canary did not start: ${plainText(engineWords(engine))}`,
    exit: isSeen ? EXIT.REFUSED : EXIT.UNREACHABLE,
  } as const;
  try {
    const less = { before: readControl(killSwitch), isMore: false, next, eventOf };
    const { note } = await changeRegister(killSwitch, less, io);
    const ledger = note === null ? '' : `; ${note}`;
    return new OperatorError({
      ...fault,
      why: plainText(`it was taken back, and the register says shadow${ledger}`),
      todo: 'cdb canary status and cdb mode show say why; a new start needs a new lock',
    });
  } catch (cause) {
    const why = plainText(`the register STILL SAYS CANARY: ${wordsOf(cause)}`);
    return new OperatorError({ ...fault, why, todo: 'cdb canary rollback', cause });
  }
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
  { epoch, engine }: { readonly epoch: number; readonly engine: EngineWord },
  options: ParsedOptions,
  io: CommandIo,
): number {
  const { sessionId, venue, symbol, percent, durationMs } = terms;
  printResult(io, {
    command: 'canary.start',
    data: { started: true, session_id: sessionId, epoch, terms, engine },
    text: () =>
      `CANARY RUNS   ${plainText(symbol)} on ${plainText(venue)}   ` +
      `${percent} % of the entries   at most ${durationMs / 60_000} min   epoch ${epoch}\n` +
      `  session      ${sessionId}\n` +
      `stop: ${plainText(atSamePlace('cdb canary rollback', options))}\n`,
  });
  return EXIT.OK;
}
