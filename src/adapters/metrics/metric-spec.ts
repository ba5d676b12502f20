import type { EngineStatus, Seen } from '../../engine/ports/engine-status.js';
import type { EffectsWatch } from '../../view/effects-watch.js';

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Names of the labels that every sample carries. */
  readonly labels: readonly string[];
  /** Empty where there is nothing to say: an absent series is not a zero. */
  readonly read: (status: EngineStatus, watch: EffectsWatch | null) => readonly Sample[];
}

type Read = (status: EngineStatus) => number | null;

export function counter(name: string, help: string, read: Read): MetricSpec {
  return { name, help, type: 'counter', labels: [], read: single(read) };
}

export function gauge(name: string, help: string, read: Read): MetricSpec {
  return { name, help, type: 'gauge', labels: [], read: single(read) };
}

/** One series for each member of a record. */
export function counterBy(
  label: string,
  [name, help]: readonly [string, string],
  read: (status: EngineStatus) => Readonly<Record<string, number>>,
): MetricSpec {
  return {
    name,
    help,
    type: 'counter',
    labels: [label],
    read: (status) =>
      Object.entries(read(status)).map(([key, value]) => ({ labels: { [label]: key }, value })),
  };
}

export function secondsOf(seen: Seen | undefined): number | null {
  const lastAtMs = seen?.lastAtMs ?? null;
  return lastAtMs === null ? null : lastAtMs / 1000;
}

function single(read: Read): MetricSpec['read'] {
  return (status) => {
    const value = read(status);
    return value === null ? [] : [{ value }];
  };
}
