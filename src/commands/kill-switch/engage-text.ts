import type { EffectiveControl } from '../../engine/control/register.js';
import { releaseTarget } from '../../engine/control/register.js';
import { STOP_PROMISE_MS, type StopOutcome } from '../../engine/control/stop-outcome.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { mostRestrictive, whyOf } from '../../engine/domain/control.js';
import { plainText } from '../../view/plain-text.js';
import { clockTime, engineLine, type EngineAck } from './kill-switch-ports.js';
import { ledgerWords, type LedgerOutcome } from '../ledger-record.js';
import type { SharedChange } from './shared-change.js';

export interface PlaceStopped {
  readonly place: string;
  readonly outcome: StopOutcome | null;
  readonly failures: readonly string[];
}

export interface Stopped {
  readonly stateDir: string;
  readonly before: EffectiveControl;
  readonly record: ControlRecord;
  readonly places: readonly PlaceStopped[];
  readonly shared: readonly SharedChange[];
  /** Why there may be other places, which nobody could look for. */
  readonly unknownPlaces: readonly string[];
  readonly ack: EngineAck;
  /** Null: no signal was needed. */
  readonly signalled: boolean | null;
  /** Of the clock that all processes of the host share. */
  readonly hostMs: {
    readonly called: number;
    readonly latched: number;
    readonly acknowledged: number;
  };
  readonly ledger: LedgerOutcome;
}

export interface Words {
  /** Why the stop is not complete, null when it is. */
  readonly partial: string | null;
  readonly undo: string;
}

export function undoCommand({ mode }: ControlRecord): string {
  return (
    'cdb kill-switch release --operator NAME --justification "..." ' +
    `--confirm ${releaseTarget(mode)}`
  );
}

function levelReached({ record, places, shared }: Stopped) {
  return mostRestrictive([
    record.level,
    ...places.flatMap(({ outcome }) => (outcome === null ? [] : [outcome.level])),
    ...shared.flatMap((change) => (change.record === null ? [] : [change.record.level])),
  ]);
}

/** Places that knew of later changes than the latch have a higher one. */
function epochReached({ record, shared }: Stopped): number {
  return Math.max(record.epoch, ...shared.map((change) => change.record?.epoch ?? 0));
}

export function engagedText(stopped: Stopped, { partial, undo }: Words): string {
  const { before, record, places, shared, ack } = stopped;
  const scopes = Object.entries(record.scopes).map(([scope, level]) => `${scope} ${level}`);
  return [
    ...(partial === null ? [] : [partial]),
    ...(before.mayInitialise ? [`NOTE: nothing ever ran here; is this the right directory?`] : []),
    `KILL-SWITCH ENGAGED   ${record.mode}   epoch ${epochReached(stopped)}   ${clockTime(record.atMs)}`,
    `  level        ${levelReached(stopped)} (was ${before.record.level})`,
    ...(scopes.length === 0 ? [] : [`  scopes       ${plainText(scopes.join(', '))}`]),
    `  why          ${plainText(whyOf(record))}`,
    engineLine(ack),
    ...signalLine(stopped),
    ...openOrdersLine(ack),
    ...exitLines(ack),
    ...shared.flatMap(({ engines }) => engines.map(seenLine)),
    `  state dir    ${plainText(stopped.stateDir)}`,
    ...slowestLine(stopped),
    `written: ${[...places.map(placeWords), ...shared.map(sharedWords), plainText(ledgerWords(stopped.ledger))].join(', ')}`,
    `undo: ${plainText(undo)}`,
    '',
  ].join('\n');
}

function signalLine({ signalled }: Stopped): readonly string[] {
  return signalled === true ? ['  signal       SIGUSR2 sent; an engine takes it for a halt'] : [];
}

/** Of both books, as the engine says: they are past the gate, and end at the venue. */
function openOrdersLine({ body }: EngineAck): readonly string[] {
  const open: unknown = Reflect.get(Object(body), 'open_orders');
  return typeof open === 'number' && open > 0 ? [`  open orders  ${open}`] : [];
}

/** How far cancelling and closing are, as the engine says; `cdb status` shows how they go on. */
function exitLines({ body }: EngineAck): readonly string[] {
  const { exits } = (body ?? {}) as {
    readonly exits?: readonly Readonly<Record<string, unknown>>[];
  };
  return (exits ?? []).map((exit) => {
    const left = `open orders ${String(exit['open_orders'])}, ${heldWords(exit['positions'])}`;
    return `  exits        ${plainText(`${String(exit['state'])}: ${left} left   ${String(exit['why'])}`)}`;
  });
}

function heldWords(positions: unknown): string {
  const held = (Array.isArray(positions) ? positions : []) as readonly unknown[];
  const words = held.map((one) => {
    const { symbol, qty } = Object(one) as { readonly symbol?: unknown; readonly qty?: unknown };
    return `${String(qty)} ${String(symbol)}`;
  });
  return words.length === 0 ? 'no position' : words.join(', ');
}

function seenLine({ engineId, ms }: SharedChange['engines'][number]): string {
  const word = ms === null ? 'NOT CONFIRMED' : `ack   ${Math.round(ms)} ms`;
  return `  ${plainText(engineId).padEnd(12)} ${word}`;
}

/** Only where there is more than one to compare. */
function slowestLine({ ack, shared }: Stopped): readonly string[] {
  const others = shared.flatMap(({ engines }) => engines.flatMap(({ ms }) => ms ?? []));
  if (others.length === 0) return [];
  const all = ack.state === 'acknowledged' ? [ack.ms, ...others] : others;
  return [`slowest ${Math.round(Math.max(...all))} ms (limit ${STOP_PROMISE_MS} ms)`];
}

export function placeWords({ place, outcome, failures }: PlaceStopped): string {
  const trouble = failures.length === 0 ? '' : ` after ${plainText(failures.join(', '))}`;
  if (outcome === null) return `${place} FAILED${trouble}`;
  return outcome.how === 'record' ? `${place} OK` : `${place} OK by ${outcome.how}${trouble}`;
}

function sharedWords({ place, record, failure, unheard }: SharedChange): string {
  if (record === null) return `${place} FAILED after ${plainText(failure)}`;
  const silence = unheard === '' ? '' : ` but no word of its engines after ${plainText(unheard)}`;
  return `${place} OK${silence}`;
}

export function engagedData(stopped: Stopped, { partial, undo }: Words): unknown {
  const { before, record, places, shared, ack, ledger } = stopped;
  return {
    level: levelReached(stopped),
    previous_level: before.record.level,
    scopes: record.scopes,
    mode: record.mode,
    epoch: epochReached(stopped),
    at: new Date(record.atMs).toISOString(),
    reason: record.reason,
    message: record.message,
    operator: record.operator,
    places: [
      ...places.map(({ place, outcome, failures }) => ({
        place,
        written: outcome?.how ?? null,
        level: outcome?.level ?? null,
        failures,
      })),
      ...shared.map((change) => ({
        place: change.place,
        written: change.record === null ? null : 'record',
        level: change.record?.level ?? null,
        failures: [change.failure, change.unheard].filter((why) => why !== ''),
        ms: change.ms,
        ms_max: STOP_PROMISE_MS,
      })),
    ],
    engine: { state: ack.state, pid: ack.pid, ack_ms: ack.ms, why: ack.why, said: ack.body },
    engines: shared.flatMap(({ engines }) =>
      engines.map(({ engineId, ms }) => ({
        engine: engineId,
        state: ms === null ? 'not-confirmed' : 'acknowledged',
        ack_ms: ms,
      })),
    ),
    signalled: stopped.signalled,
    unknown_places: stopped.unknownPlaces,
    host_ms: stopped.hostMs,
    ledger_entry: ledger.state === 'written' ? ledger.n : null,
    partial,
    undo,
  };
}
