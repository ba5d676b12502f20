import type { PlacedReading } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { WatchdogStanding } from '../../engine/ports/watchdog-standing.js';
import { watchdogWords } from '../watchdog-words.js';
import type { ControlBoard, PlaceRow } from './board.js';
import { boundedRows, boundedText } from './bounded.js';
import type { EnginePush } from './engine-push.js';
import { figureNumber } from './figure-number.js';

/** What every place of the register says, and whether somebody watches the engine. */
export interface Register {
  /** What holds of all that they say. */
  readonly record: ControlRecord;
  readonly readings: readonly PlacedReading[];
  readonly watchdog: WatchdogStanding;
}

/** As the engine acts by it now. @param register null: the places were not read yet */
export function controlOfEngine(
  { view }: EnginePush,
  register: Register | null,
  nowMs: number,
): ControlBoard {
  const { control, run, portfolio } = view;
  return {
    ...recordPart(control),
    ordersTo: boundedText(run.ordersTo),
    openOrders: figureNumber(portfolio.openOrders),
    openPositions: figureNumber(portfolio.openPositions),
    ...standingPart(register, nowMs),
  };
}

/** As the next engine would find it; whatever runs elsewhere knows what is open. */
export function controlOfRegister(register: Register, nowMs: number): ControlBoard {
  return {
    ...recordPart(register.record),
    ordersTo: 'unknown',
    openOrders: null,
    openPositions: null,
    ...standingPart(register, nowMs),
  };
}

interface Recorded {
  readonly mode: string;
  readonly level: string;
  readonly scopes: Readonly<Record<string, string>>;
  readonly epoch: number;
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly atMs: number;
}

type RecordPart = Omit<
  ControlBoard,
  'ordersTo' | 'openOrders' | 'openPositions' | 'places' | 'watchdog'
>;

function recordPart({ mode, level, epoch, atMs, ...record }: Recorded): RecordPart {
  const scopes = Object.entries(record.scopes).map(([scope, held]) => {
    return { scope: boundedText(scope), level: boundedText(held) };
  });
  return {
    ...{ mode, level, epoch },
    scopes: boundedRows(scopes),
    reason: boundedText(record.reason),
    message: boundedText(record.message),
    operator: boundedText(record.operator),
    atMs: atMs === 0 ? null : atMs,
  };
}

function standingPart(
  register: Register | null,
  nowMs: number,
): Pick<ControlBoard, 'places' | 'watchdog'> {
  if (register === null) return { places: [], watchdog: '' };
  const { readings, watchdog } = register;
  return {
    places: boundedRows(readings).map(placeRow),
    watchdog: boundedText(watchdogWords(watchdog, nowMs)),
  };
}

function placeRow({ place, reading }: PlacedReading): PlaceRow {
  const name = boundedText(place);
  if (reading.state === 'absent') return { name, level: '', epoch: null, words: 'says nothing' };
  if (reading.state === 'unreadable') {
    return { name, level: 'UNREADABLE', epoch: null, words: boundedText(reading.why) };
  }
  const { level, epoch, operator, reason } = reading.record;
  return { name, level, epoch, words: boundedText(`by ${operator} (${reason})`) };
}
