import { whyOf } from '../../engine/domain/control.js';
import { locateStateDir } from '../../config/state-dir.js';
import type { EffectiveControl, PlacedReading } from '../../engine/control/register.js';
import { releaseTarget } from '../../engine/control/register.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import { atSamePlace } from '../output/printed-command.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { stricterEngine, stricterWords, type StricterEngine } from './engine-level.js';
import type { KillSwitchServices } from './kill-switch-ports.js';
import { readEverywhere } from './kill-switch-ports.js';
import { placeData, placeWords } from './place-words.js';

/** Reads the register; a running engine can only make the answer stricter, never keep it back. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const killSwitch = await services.killSwitch(stateDir);
  const { places: shared, notes } = await services.sharedPlaces(options, io);
  const { effective: control, readings } = await readEverywhere(killSwitch, shared);
  await Promise.all(shared.map((place) => place.close().catch(() => undefined)));
  for (const note of notes) io.stderr(`note: ${plainText(note)}\n`);
  const enginePid = killSwitch.engine.holder()?.pid ?? null;
  const stricter = enginePid === null ? null : await stricterEngine(killSwitch, control);
  printResult(io, {
    command: 'kill-switch.status',
    data: { ...statusData(control, stricter, enginePid), places: readings.map(placeData) },
    text: () =>
      statusText(control, stricter, enginePid) +
      placesText(readings) +
      hints(control, io.stdoutIsTTY)
        .map((hint) => `${plainText(atSamePlace(hint, options))}\n`)
        .join(''),
  });
  return EXIT.OK;
}

function statusData(
  control: EffectiveControl,
  stricter: StricterEngine | null,
  enginePid: number | null,
) {
  const { record, source, faults, mayInitialise } = control;
  return {
    level: stricter?.control.level ?? record.level,
    register_level: record.level,
    scopes: record.scopes,
    mode: record.mode,
    epoch: record.epoch,
    since: record.atMs === 0 ? null : new Date(record.atMs).toISOString(),
    operator: record.operator,
    reason: record.reason,
    message: record.message,
    previous_level: record.previousLevel,
    source,
    faults,
    initialised: !mayInitialise,
    engine_pid: enginePid,
  };
}

function statusText(
  control: EffectiveControl,
  stricter: StricterEngine | null,
  enginePid: number | null,
): string {
  const { record, source, faults } = control;
  const line = (label: string, text: string) => `  ${label.padEnd(13)}${plainText(text)}`;
  const scopes = Object.entries(record.scopes).map(([scope, level]) => `${scope} ${level}`);
  return [
    plainText(
      `${stricter?.control.level ?? record.level}   ${record.mode}   epoch ${record.epoch}`,
    ),
    ...(stricter === null
      ? []
      : [line('run', stricterWords(stricter)), line('here', `${record.level}, as follows`)]),
    line('since', record.atMs === 0 ? 'unknown' : new Date(record.atMs).toISOString()),
    line('by', record.operator),
    line('why', whyOf(record)),
    ...(scopes.length === 0 ? [] : [line('scopes', scopes.join(', '))]),
    line('source', source),
    ...faults.map((fault) => line('fault', fault)),
    line('engine', enginePid === null ? 'no engine running' : `pid ${enginePid}`),
    '',
  ].join('\n');
}

function hints(control: EffectiveControl, isTTY: boolean): readonly string[] {
  const { record, mayInitialise } = control;
  const isRestricted = record.level !== 'TRADING' || Object.keys(record.scopes).length > 0;
  return [
    ...(isTTY && record.level !== 'HALTED' ? ['stop now: cdb kill-switch engage'] : []),
    ...(mayInitialise ? ['the first cdb run here starts with TRADING'] : []),
    ...(isTTY && isRestricted && !mayInitialise ? [releaseHint(control)] : []),
  ];
}

function releaseHint({ record }: EffectiveControl): string {
  return (
    'allow again: cdb kill-switch release --operator NAME --justification "..." ' +
    `--confirm ${releaseTarget(record.mode)}`
  );
}

/** Only where there is more than the latch. */
function placesText(readings: readonly PlacedReading[]): string {
  if (readings.length < 2) return '';
  return readings.map((placed) => `  ${plainText(placeWords(placed))}\n`).join('');
}
