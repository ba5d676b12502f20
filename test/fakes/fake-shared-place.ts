import { effectiveRecord, type PlacedReading } from '../../src/engine/control/register.js';
import type { ControlRecord } from '../../src/engine/domain/control.js';
import type { ObeyingEngine, SharedPlace } from '../../src/engine/ports/shared-places.js';
import type { DependencyError } from '../../src/operator-error.js';

export interface FakeSharedPlace extends SharedPlace {
  record: ControlRecord | null;
  /** What the latches of other hosts say. */
  others: readonly PlacedReading[];
  /** Thrown by whatever is asked. */
  fault: DependencyError | null;
}

/** A place that several hosts reach, in memory, with the engines that listen to it. */
export function fakeSharedPlace(
  name: string,
  engines: readonly ObeyingEngine[] = [],
): FakeSharedPlace {
  const own = (): PlacedReading => ({
    place: name,
    isShared: true,
    reading: fake.record === null ? { state: 'absent' } : { state: 'present', record: fake.record },
  });
  const there = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    if (fake.fault !== null) throw fake.fault;
    return work();
  };
  const fake: FakeSharedPlace = {
    name,
    record: null,
    others: [],
    fault: null,
    read: () => there(() => [own(), ...fake.others]),
    change: (next) =>
      there(() => {
        const isNew = fake.record === null;
        const current = isNew ? null : effectiveRecord([own()], { stateDirEmpty: false });
        fake.record = next(current, 1 + (fake.record?.epoch ?? 0));
        return fake.record;
      }),
    forget: (host, next) =>
      there(() => {
        const isKnown = fake.others.some(({ place }) => place === host);
        fake.others = fake.others.map((one) =>
          one.place === host ? { ...one, reading: { state: 'present', record: next } } : one,
        );
        return isKnown;
      }),
    obeyed: () => there(() => engines),
    close: () => Promise.resolve(),
  };
  return fake;
}
