import type { ControlRecord, Releases } from '../domain/control.js';

type Released = Pick<ControlRecord, 'released' | 'reason' | 'epoch'>;

/** A record of an older build says it with its reason, and only until the next change. */
function releasesOf({ released, reason, epoch }: Released): Releases | undefined {
  if (released !== undefined) return released;
  if (reason === 'released') return { all: epoch, any: epoch };
  return reason === 'scope_released' ? { all: 0, any: epoch } : undefined;
}

/** The member of a record: the newest of all that are given, absent where nobody ever released. */
export function releasedMember(records: readonly Released[]): Pick<ControlRecord, 'released'> {
  const known = records.map(releasesOf).filter((one) => one !== undefined);
  if (known.length === 0) return {};
  const newest = (name: keyof Releases) => Math.max(...known.map((one) => one[name]));
  return { released: { all: newest('all'), any: newest('any') } };
}

/**
 * The record under the number that it gets in its place. A release that is part of the change gets the
 * same: it is set against those of the same place.
 * @param sinceEpoch releases above it are part of the change
 */
export function atEpoch(
  record: ControlRecord,
  epoch: number,
  sinceEpoch = record.epoch - 1,
): ControlRecord {
  const { released } = record;
  if (released === undefined) return { ...record, epoch };
  const moved = (at: number) => (at > sinceEpoch ? epoch : at);
  return { ...record, epoch, released: { all: moved(released.all), any: moved(released.any) } };
}

/** What the fold remembers of the releases that it was told. */
interface ReleaseMemory {
  /** Highest control epoch so far. */
  readonly epochMax: number;
  /** Up to here releases have reset what they reset; absent before the first change. */
  readonly releasedEpoch?: number;
}

/**
 * Whether trading is allowed for everything, for the first time since the stop. The old record that is readable
 * again after a fault of its place releases nothing, nor does a new mode. What is not in every place
 * yet leaves the level as it was, and counts later.
 */
export function isReleased(
  { level, released, reason, epoch }: Released & Pick<ControlRecord, 'level'>,
  { epochMax, releasedEpoch = epochMax }: ReleaseMemory,
): boolean {
  if (level !== 'TRADING') return false;
  if (released !== undefined) return released.all > releasedEpoch;
  return reason === 'released' && epoch > epochMax;
}

/** What of the wishes that the register has no more was taken back. */
export function withdrawnBy(
  { released, reason, epoch }: Released,
  { epochMax }: Pick<ReleaseMemory, 'epochMax'>,
): (wish: { readonly killId: string; readonly releasedBefore?: number }) => boolean {
  if (released === undefined) {
    const isRelease = reason === 'released' || reason === 'scope_released';
    return () => isRelease && epoch > epochMax;
  }
  // Its id begins with the epoch in which it was asked for.
  return ({ killId, releasedBefore = 0 }) =>
    released.any > Math.max(releasedBefore, Number.parseInt(killId, 10));
}
