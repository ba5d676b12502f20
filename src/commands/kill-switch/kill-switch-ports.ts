import { unreadPlace } from '../../engine/control/unread-place.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { effectiveRecord } from '../../engine/control/register.js';
import type { PlacedReading } from '../../engine/control/register.js';
import { STOP_PROMISE_MS, type Stoppable } from '../../engine/control/stop-outcome.js';
import type { ControlPlace } from '../../engine/ports/control-places.js';
import type {
  EngineAnswer,
  EngineClient,
  EngineProcess,
} from '../../engine/ports/engine-client.js';
import type { OpenAlarm } from '../../engine/domain/watchdog-alarm.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';

/** What the kill-switch commands use of a state directory. Nothing here needs a database. */
export interface KillSwitch {
  /** Every configured place of the register. */
  readonly places: readonly (ControlPlace & Stoppable)[];
  readonly engine: EngineProcess;
  readonly client: EngineClient;
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>;
  /** Never goes back, of one origin for all processes of this host: who drills compares them. */
  hostMs(): number;
  /** Of this state directory; what operators did to the register, in order. */
  readonly ledger: Ledger;
  isStateEmpty(): boolean;
  /** Why a release is refused although everything else is given; null when nothing is left. */
  unacknowledgedAlarm(): OpenAlarm | null;
  /** JSON of the newest report that a check-up kept here; null where there is none that can be read. */
  newestReport(): string | null;
  /** Creates a missing state directory. Throws what the file system says. */
  createStateDir(): void;
}

export interface SharedPlaces {
  readonly places: readonly SharedPlace[];
  /** Why there may be others that are not among them. */
  readonly notes: readonly string[];
}

export interface KillSwitchServices {
  killSwitch(stateDir: string): Promise<KillSwitch>;
  /** What the configuration names beside the state directory. Never throws. */
  sharedPlaces(options: ParsedOptions, io: CommandIo): Promise<SharedPlaces>;
}

export function readControl(killSwitch: KillSwitch): EffectiveControl {
  const stateDirEmpty = killSwitch.isStateEmpty();
  const readings = killSwitch.places.map((place) => ({
    place: place.name,
    reading: place.read(),
  }));
  return effectiveRecord(readings, { stateDirEmpty });
}

export interface EverywhereControl {
  readonly effective: EffectiveControl;
  /** Every place with what it says; of the shared ones, an absent record says nothing. */
  readonly readings: readonly PlacedReading[];
  /** Shared places that could not be asked. */
  readonly away: readonly { readonly place: string; readonly fault: unknown }[];
}

/** The latch and all that several hosts reach, as they are now. */
export async function readEverywhere(
  killSwitch: KillSwitch,
  shared: readonly SharedPlace[],
): Promise<EverywhereControl> {
  const own = killSwitch.places.map((place) => ({ place: place.name, reading: place.read() }));
  const stateDirEmpty = killSwitch.isStateEmpty();
  const away: { readonly place: string; readonly fault: unknown }[] = [];
  const said = await Promise.all(
    shared.map((place) =>
      place.read().catch((fault: unknown): readonly PlacedReading[] => {
        away.push({ place: place.name, fault });
        return [unreadPlace(place.name, fault)];
      }),
    ),
  );
  const readings = [...own, ...said.flat()];
  const silent = new Set(away.map(({ place }) => place));
  const telling = readings.filter(({ place }, at) => at < own.length || !silent.has(place));
  return { effective: effectiveRecord(telling, { stateDirEmpty }), readings, away };
}

export interface EngineAck {
  readonly state: 'acknowledged' | 'absent' | 'not-confirmed';
  readonly pid: number | null;
  readonly ms: number;
  /** Empty when there is nothing to explain. */
  readonly why: string;
  /** What the engine said to it; null when it said nothing. */
  readonly body: unknown;
}

/** Tells the engine, so that it need not find out by itself. Never throws. */
export async function tellEngine(
  killSwitch: KillSwitch,
  io: CommandIo,
  body: Readonly<Record<string, unknown>>,
): Promise<EngineAck> {
  const startedAtMs = io.nowMs();
  try {
    const pid = killSwitch.engine.holder()?.pid ?? null;
    const answer = await killSwitch.client.call({
      method: 'POST',
      path: '/intents',
      body,
      timeoutMs: STOP_PROMISE_MS,
    });
    return { ...ackOf(answer, pid), ms: io.nowMs() - startedAtMs };
  } catch (fault) {
    const why = wordsOf(fault);
    return { state: 'not-confirmed', pid: null, ms: io.nowMs() - startedAtMs, why, body: null };
  }
}

function ackOf(answer: EngineAnswer, pid: number | null): Omit<EngineAck, 'ms'> {
  if (answer.state === 'absent') return { state: 'absent', pid: null, why: '', body: null };
  if (answer.state === 'silent') {
    return { state: 'not-confirmed', pid: answer.pid ?? pid, why: answer.why, body: null };
  }
  const { body } = answer;
  if (answer.status === 200) return { state: 'acknowledged', pid, why: '', body };
  return { state: 'not-confirmed', pid, why: `it answered with status ${answer.status}`, body };
}

export function engineLine(ack: EngineAck): string {
  const pid = ack.pid === null ? '' : `   pid ${ack.pid}`;
  switch (ack.state) {
    case 'absent':
      return '  engine       no engine running';
    case 'acknowledged':
      return `  engine       ack   ${ack.ms} ms${pid}`;
    case 'not-confirmed':
      return `  engine       NOT CONFIRMED after ${ack.ms} ms${pid}   ${plainText(ack.why)}`;
  }
}

export function clockTime(ms: number): string {
  return new Date(ms).toISOString().slice(11);
}
