import type { Board, EventRow } from './board.js';
import { boundedText } from './bounded.js';

const EVENTS_MAX = 200;
/** The same again within this time is the same event once more. */
const SAME_MS = 60_000;

export type SeenEvent = Pick<EventRow, 'atMs' | 'from' | 'text' | 'isBad'>;

/** What happened, newest first, bounded. */
export class EventFeed {
  #rows: readonly EventRow[] = [];
  #seq = 0;

  add({ atMs, from, text, isBad }: SeenEvent): void {
    const event = { atMs, from: boundedText(from), text: boundedText(text), isBad };
    const same = this.#rows.find((row) => isSame(row, event));
    const rest = same === undefined ? this.#rows : this.#rows.filter((row) => row !== same);
    const row = { ...event, seq: (this.#seq += 1), count: (same?.count ?? 0) + 1 };
    // What is read of a log at first is older than what was seen meanwhile.
    const at = rest.findIndex((one) => one.atMs <= atMs);
    const place = at === -1 ? rest.length : at;
    this.#rows = [...rest.slice(0, place), row, ...rest.slice(place)].slice(0, EVENTS_MAX);
  }

  get rows(): readonly EventRow[] {
    return this.#rows;
  }
}

function isSame(row: EventRow, event: SeenEvent): boolean {
  return row.text === event.text && row.from === event.from && event.atMs - row.atMs <= SAME_MS;
}

/** What of a board becomes an event when it is another one than before. */
export interface Watched {
  readonly level: string | null;
  readonly mode: string | null;
  readonly phase: string | null;
  readonly word: string | null;
  readonly doctor: string | null;
  readonly gates: readonly string[] | null;
  readonly links: Readonly<Record<string, string>>;
}

export function watchedOf(board: Board): Watched {
  const { control, stages, doctor, permissions, links } = board;
  const gates = permissions.value?.gates ?? null;
  const report = doctor.value;
  return {
    level: control.value?.level ?? null,
    mode: control.value?.mode ?? null,
    phase: stages.value?.engines[0]?.state ?? null,
    word: stages.value?.word ?? null,
    doctor: report === null ? null : `${report.finishedAtMs} ${report.verdict}`,
    gates:
      gates === null ? null : gates.flatMap(({ scope, until }) => (until === null ? [] : [scope])),
    links: Object.fromEntries(links.map(({ name, state }) => [name, state])),
  };
}

/** From unknown to something is no change: it was so before, and nobody had looked. */
export function changes(before: Watched, board: Board): readonly SeenEvent[] {
  const now = watchedOf(board);
  const { atMs } = board;
  const event = (from: string, text: string, isBad: boolean): SeenEvent => {
    return { atMs, from, text, isBad };
  };
  const changed = (name: 'level' | 'mode' | 'phase' | 'word' | 'doctor') =>
    before[name] !== null && now[name] !== null && before[name] !== now[name];
  const { control, doctor } = board;
  return [
    ...(changed('level')
      ? [
          event(
            'control',
            `level ${before.level ?? ''} -> ${now.level ?? ''} (${control.value?.reason ?? ''})`,
            now.level !== 'TRADING',
          ),
        ]
      : []),
    ...(changed('mode')
      ? [event('control', `mode ${before.mode ?? ''} -> ${now.mode ?? ''}`, false)]
      : []),
    ...(changed('phase')
      ? [event('engine', `engine is ${now.phase ?? ''}`, now.phase === 'not running')]
      : []),
    ...(changed('word')
      ? [event('engine', `${before.word ?? ''} -> ${now.word ?? ''}`, now.word !== 'EFFECTS FLOW')]
      : []),
    ...(changed('doctor') && doctor.value !== null
      ? [
          event(
            'doctor',
            `doctor finished: ${doctor.value.verdict}`,
            doctor.value.verdict === 'FAIL',
          ),
        ]
      : []),
    ...gateChanges(before.gates, now.gates).map((text) => event('gate', text, false)),
    ...board.links.flatMap(({ name, state, why }) => {
      const was = before.links[name];
      if (was === state || was === undefined || (state !== 'up' && state !== 'down')) return [];
      if (was === 'not asked' && state === 'up') return [];
      const words = state === 'up' ? `${name} is up` : `${name} is down: ${why}`;
      return [event('link', words, state === 'down')];
    }),
  ];
}

function gateChanges(
  before: readonly string[] | null,
  now: readonly string[] | null,
): readonly string[] {
  if (before === null || now === null) return [];
  return [
    ...now.filter((scope) => !before.includes(scope)).map((scope) => `gate ${scope} is open`),
    ...before.filter((scope) => !now.includes(scope)).map((scope) => `gate ${scope} is closed`),
  ];
}
