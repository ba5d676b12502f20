import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { lowerScope, scopeReleaseTarget } from '../../engine/control/lower-scope.js';
import { atEpoch } from '../../engine/control/releases.js';
import {
  lower,
  missingWords,
  releaseTarget,
  type MissingWords,
} from '../../engine/control/register.js';
import { type ControlRecord, whyOf } from '../../engine/domain/control.js';
import type { ControlPlace } from '../../engine/ports/control-places.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { ChangedMeanwhile, DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { refuseOpenAlarm } from '../watchdog/open-alarm.js';
import { stricterEngine } from './engine-level.js';
import {
  readEverywhere,
  tellEngine,
  type EverywhereControl,
  type KillSwitch,
  type KillSwitchServices,
} from './kill-switch-ports.js';
import { keptPass } from '../doctor/kept-pass.js';
import { forgetHost, hostToForget } from './forget.js';
import { recordInLedger } from '../ledger-record.js';
import { releasedData, releasedText, type Released } from './release-text.js';
import { stillRestricting } from './still-restricting.js';

/** Allows trading again. Hard on purpose: a name, a reason, the target retyped, and every place there. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const { places: shared, notes } = await services.sharedPlaces(options, io);
  try {
    if (notes[0] !== undefined) throw notReleased('configuration', new Error(notes[0]));
    return await release(options, io, { stateDir, killSwitch, shared });
  } finally {
    await Promise.all(shared.map((place) => place.close().catch(() => undefined)));
  }
}

interface Places {
  readonly stateDir: string;
  readonly killSwitch: KillSwitch;
  readonly shared: readonly SharedPlace[];
}

async function release(options: ParsedOptions, io: CommandIo, places: Places): Promise<number> {
  const { killSwitch, shared } = places;
  const host = hostToForget(options);
  const everywhere = await readEverywhere(killSwitch, shared);
  const before = everywhere.effective;
  const [away] = everywhere.away;
  if (away !== undefined) throw notReleased(away.place, away.fault);
  refuseOpenAlarm(killSwitch.unacknowledgedAlarm());
  const asked = {
    operator: options.text('operator') ?? '',
    justification: options.text('justification') ?? '',
    confirm: options.text('confirm') ?? '',
    atMs: io.nowMs(),
  };
  if (host !== undefined) {
    requireFreshPass(places, before.record, asked.atMs);
    const missing = missingWords(asked, scopeReleaseTarget(before.record.mode, host));
    if (missing.length > 0) throw refused(before, missing, ['forget', host]);
    return forgetHost({ ...asked, host }, io, { killSwitch, shared, everywhere });
  }
  // A running engine may have tripped a breaker of its own, which only a release resets.
  const isRunning = killSwitch.engine.holder() !== null;
  if (isNothingToRelease(before) && !isRunning) return sayNothingToRelease(before, io);
  const scope = options.text('scope');
  const result =
    scope === undefined ? lower(before, asked) : lowerScope(before, { ...asked, scope });
  if (!result.ok) {
    if (!('missing' in result)) throw notRestricted(before, scope ?? '');
    throw refused(before, result.missing, scope === undefined ? null : ['scope', scope]);
  }
  requireFreshPass(places, before.record, asked.atMs);
  const { record } = result;
  await writeEverywhere(places, record, everywhere);
  const ledger = recordInLedger(killSwitch.ledger, releasedEvent(record, before.record));
  const ack = await tellEngine(killSwitch, io, { intent: 'release' });
  // Of one scope's release all other restrictions stay as they are.
  const remaining = scope === undefined ? await remainingRestrictions(places) : [];
  const stricter = isRunning ? await stillStricter(killSwitch, result) : null;
  const released: Released = { before, record, ack, ledger, stricter, remaining };
  printResult(io, {
    command: 'kill-switch.release',
    data: releasedData(released),
    text: () =>
      releasedText(released) +
      `stop again: ${plainText(atSamePlace('cdb kill-switch engage', options))}\n`,
  });
  const isWhole =
    ack.state !== 'not-confirmed' && released.stricter === null && released.remaining.length === 0;
  return isWhole ? EXIT.OK : EXIT.UNREACHABLE;
}

function isNothingToRelease({ record, mayInitialise }: EffectiveControl): boolean {
  const isFree = record.level === 'TRADING' && Object.keys(record.scopes).length === 0;
  return mayInitialise || isFree;
}

function sayNothingToRelease({ record, mayInitialise }: EffectiveControl, io: CommandIo): number {
  const words = mayInitialise
    ? 'nothing ran here yet; the first cdb run starts with TRADING'
    : `the level is TRADING already (epoch ${record.epoch})`;
  printResult(io, {
    command: 'kill-switch.release',
    data: { released: false, level: record.level, mode: record.mode, epoch: record.epoch },
    text: () => `nothing to release: ${words}\n`,
  });
  return EXIT.OK;
}

/**
 * Every place, or it does not count: one that is left behind keeps the level where it was. The latch,
 * which this host's gate reads, comes last.
 */
async function writeEverywhere(
  { killSwitch, shared }: Places,
  record: ControlRecord,
  { readings }: EverywhereControl,
): Promise<void> {
  const lifted: Lifted[] = [];
  for (const place of shared) {
    const seen = readings.find((one) => one.place === place.name)?.reading;
    const seenEpoch = seen?.state === 'present' ? seen.record.epoch : 0;
    try {
      await place.change((current, epochMin) => {
        if ((current?.record.epoch ?? 0) > seenEpoch)
          throw new ChangedMeanwhile(place.name, { dependency: place.name });
        return atEpoch(record, Math.max(record.epoch, epochMin));
      });
    } catch (fault) {
      throw notReleased(place.name, fault, await raisedAgain(lifted));
    }
    if (seen?.state === 'present') lifted.push({ place, before: seen.record });
  }
  for (const place of killSwitch.places) {
    const seen = readings.find((one) => one.place === place.name)?.reading;
    try {
      lowerLatch(place, record, seen?.state === 'present' ? seen.record : null);
    } catch (fault) {
      if (!(fault instanceof DependencyError)) throw fault;
      throw notReleased(place.name, fault, await raisedAgain(lifted));
    }
  }
}

/** An engine here may have heard of it over another place, and lowered or numbered its latch by then. */
function lowerLatch(place: ControlPlace, record: ControlRecord, seen: ControlRecord | null): void {
  let next = record;
  for (let round = 1; ; round += 1) {
    try {
      place.write(next);
      return;
    } catch (fault) {
      const isChanged = fault instanceof ChangedMeanwhile;
      const reading = place.read();
      if (!isChanged || round >= ROUNDS_MAX || reading.state !== 'present') throw fault;
      const now = reading.record;
      if (isSameChange(now, record)) return;
      if (seen === null || !isSameChange(now, seen)) throw fault;
      next = atEpoch(record, Math.max(record.epoch, now.epoch + 1));
    }
  }
}

/** Whatever number it has in its place. */
function isSameChange(a: ControlRecord, b: ControlRecord): boolean {
  return (['level', 'reason', 'message', 'operator', 'atMs'] as const).every(
    (name) => a[name] === b[name],
  );
}

interface Lifted {
  readonly place: SharedPlace;
  readonly before: ControlRecord;
}

/** All places or none. @returns what was done about those that were lowered already, in words */
async function raisedAgain(lifted: readonly Lifted[]): Promise<string> {
  const words = await Promise.all(
    lifted.map(async ({ place, before }) => {
      const again = (epoch: number) => ({ ...before, epoch: Math.max(before.epoch, epoch) });
      try {
        await place.change((_, epochMin) => again(epochMin));
        return `; ${place.name} was lowered and is raised again`;
      } catch (fault) {
        return `; ${place.name} IS LOWERED ALL THE SAME (${wordsOf(fault)}): engage again`;
      }
    }),
  );
  return words.join('');
}

const LOOK_EVERY_MS = 50;
const ROUNDS_MAX = 5;

/** Waits for the engine here, which hears of the others a moment later. */
async function stillStricter(
  killSwitch: KillSwitch,
  lowered: Pick<EffectiveControl, 'record'>,
): Promise<Released['stricter']> {
  const { clock } = killSwitch;
  const untilMs = clock.monotonicMs() + STOP_PROMISE_MS;
  for (;;) {
    const stricter = await stricterEngine(killSwitch, lowered);
    if (stricter === null || clock.monotonicMs() >= untilMs) return stricter;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

/**
 * Waits for engines elsewhere, which end in their latches what they had there on this order's word.
 * @returns what holds all the same
 */
async function remainingRestrictions({ killSwitch, shared }: Places): Promise<readonly string[]> {
  const { clock } = killSwitch;
  const untilMs = clock.monotonicMs() + STOP_PROMISE_MS;
  for (;;) {
    const remaining = stillRestricting(await readEverywhere(killSwitch, shared));
    if (remaining.length === 0 || clock.monotonicMs() >= untilMs) return remaining;
    await clock.sleep(LOOK_EVERY_MS);
  }
}

function releasedEvent(record: ControlRecord, before: ControlRecord) {
  const { level, mode, epoch, message, operator, atMs, previousLevel } = record;
  return {
    kind: 'control',
    action: 'kill switch released',
    ...{ atMs, who: operator, why: message },
    details: {
      level,
      mode,
      epoch,
      previousLevel,
      releasedReason: before.reason,
      releasedOf: before.operator,
    },
  } as const;
}

function refused(
  { record, faults }: EffectiveControl,
  missing: MissingWords,
  /** The flag that names a part, and its value; null: all of it. */
  part: readonly [flag: string, name: string] | null,
): OperatorError {
  const target =
    part === null ? releaseTarget(record.mode) : scopeReleaseTarget(record.mode, part[1]);
  const forms = {
    operator: '--operator NAME',
    justification: '--justification "why it is safe again"',
    confirm: `--confirm ${target}`,
  };
  const wanted = missing.map((name) => forms[name]);
  const why = whyOf(record);
  return new OperatorError({
    code: 'CDB-E0301',
    what: `Cannot release the kill switch: required ${wanted.join(', ')}`,
    why: plainText(
      `the level is ${record.level} (${why})${faults.length > 0 ? '; see status' : ''}`,
    ),
    todo: plainText(
      `cdb kill-switch release ${part === null ? '' : `--${part[0]} ${part[1]} `}${Object.values(forms).join(' ')}`,
    ),
    exit: EXIT.REFUSED,
  });
}

function notRestricted({ record }: EffectiveControl, scope: string): OperatorError {
  const held = Object.keys(record.scopes).join(', ');
  return new OperatorError({
    code: 'CDB-E0306',
    what: plainText(`Cannot release the scope "${scope}": nothing restricts it by name`),
    why: held === '' ? 'no scope is restricted' : plainText(`restricted are ${held}`),
    todo: 'cdb kill-switch status',
    exit: EXIT.CONFLICT,
  });
}

/** Where orders cost money somebody has to have looked at the whole system since the halt. */
function requireFreshPass(
  { killSwitch, stateDir }: Places,
  { mode, atMs }: ControlRecord,
  nowMs: number,
): void {
  if (mode !== 'canary' && mode !== 'live') return;
  const pass = keptPass(killSwitch, { stateDir, nowMs, notBeforeMs: atMs });
  if (pass.state === 'pass') return;
  throw new OperatorError({
    code: 'CDB-E0305',
    what: `Cannot release the kill switch in mode ${mode}: required a fresh pass of the check-up`,
    why: plainText(pass.why),
    todo: `${pass.todo}; or cdb mode set shadow, which needs none, and release then`,
    exit: EXIT.REFUSED,
  });
}

function notReleased(place: string, fault: unknown, others = ''): OperatorError {
  const why = wordsOf(fault) + others;
  const isConflict = fault instanceof ChangedMeanwhile;
  return new OperatorError({
    code: isConflict ? 'CDB-E0303' : 'CDB-E0304',
    what: `Cannot release the kill switch: the ${place} was not written`,
    why,
    todo: isConflict ? 'cdb kill-switch status' : 'repair what is named above and release again',
    exit: isConflict ? EXIT.CONFLICT : EXIT.UNREACHABLE,
    cause: fault,
  });
}
