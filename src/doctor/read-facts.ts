import type { Clock } from '../engine/ports/clock.js';
import { wordsOf } from '../engine/domain/words-of.js';
import { OperatorError } from '../operator-error.js';
import type { FactName, Probes, Readings } from './facts.js';
import { isAbsent, type Probe, type Reading } from './reading.js';

/**
 * Reads every fact that is asked for, all at once, each no longer than `limitMs`; what does not heed
 * its signal is left behind. Never rejects.
 * @param wanted the others are absent
 */
export async function readFacts(
  probes: Probes,
  wanted: ReadonlySet<FactName>,
  { limitMs, clock }: { readonly limitMs: number; readonly clock: Clock },
): Promise<Readings> {
  const names = Object.keys(probes) as FactName[];
  const readings = await Promise.all(
    names.map(async (name): Promise<readonly [FactName, Reading<unknown>]> => {
      if (!wanted.has(name)) return [name, { state: 'absent', why: 'nobody asked for it' }];
      return [name, await readOne<unknown>(probes[name], limitMs, clock)];
    }),
  );
  return Object.fromEntries(readings) as unknown as Readings;
}

async function readOne<T>(probe: Probe<T>, limitMs: number, clock: Clock): Promise<Reading<T>> {
  const { source } = probe;
  const over = new AbortController();
  const timeout = clock
    .sleep(limitMs, over.signal)
    .then((): Reading<T> => ({ state: 'timeout', afterMs: limitMs, source }));
  const answer = settled(probe, over.signal);
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    over.abort();
  }
}

async function settled<T>(probe: Probe<T>, signal: AbortSignal): Promise<Reading<T>> {
  const { source } = probe;
  try {
    const seen = await probe.read(signal);
    if (isAbsent(seen)) return { state: 'absent', why: seen.absent };
    return { state: 'read', source, value: seen.value, observedAtMs: seen.observedAtMs };
  } catch (fault) {
    return { state: 'failed', why: whyOf(fault), source };
  }
}

function whyOf(fault: unknown): string {
  return fault instanceof OperatorError ? `${fault.what}: ${fault.why}` : wordsOf(fault);
}
