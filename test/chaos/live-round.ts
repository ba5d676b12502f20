import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { openRunRegistry } from '../../src/adapters/files/run-registry.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import type { FeedInput } from '../../src/engine/domain/inputs.js';
import { openJournal } from '../../src/engine/journal.js';
import type { FakeMexc } from '../fakes/mexc/fake-mexc.js';
import { WRAPPER } from '../fakes/mexc/mexc-schema.js';

/** Received so close to the end that the engine may have stopped taking trades. */
const LAST_MS = 2_000;
/** Data that have flowed for this long; the promise of a quick return holds behind them. */
const FLOWING_MS = 1_500;

export interface RoundVerdict {
  readonly trades: number;
  readonly gapsReported: number;
  /** Holes that no gap was reported for, in which nothing was sent: the venue withheld trades. */
  readonly withheld: number;
  readonly reconnectsMs: readonly number[];
  readonly faults: readonly string[];
}

/** Everything that the feed said, as the journal of the newest run has it. */
export async function journaledFeed(stateDir: string): Promise<readonly FeedInput[]> {
  const state = stateDirectory(stateDir);
  const run = openRunRegistry(state.runs).list().at(-1);
  if (run === undefined) return [];
  const log = openLocalEventLog(join(state.journal, 'inputs'), {
    clock: systemClock(),
    readOnly: true,
  });
  const inputs: FeedInput[] = [];
  try {
    const journal = await openJournal(log, run.runId, 0);
    for await (const batch of journal.read(0)) {
      for (const { input } of batch) if (isFeedInput(input.kind)) inputs.push(input as FeedInput);
    }
  } finally {
    await log.close();
  }
  return inputs;
}

function isFeedInput(kind: string): boolean {
  return ['TradeObserved', 'TimerElapsed', 'FeedLost', 'FeedRestored'].includes(kind);
}

/**
 * What every trade of the journal is in the market, by the venue's own log. Faults are thrown as
 * errors that name the trade.
 */
export function judgeRound(
  inputs: readonly FeedInput[],
  venue: FakeMexc,
  recording: string,
): RoundVerdict {
  const sequences = sequencesOf(venue);
  const sent = sentSequences(venue);
  let [last, trades, gaps, withheld] = [-1, 0, 0, 0];
  let gapBefore = false;
  const journaled = new Set<string>();
  for (const input of inputs) {
    if (input.kind === 'FeedRestored') {
      gapBefore = true;
      gaps += input.reason === 'start' ? 0 : 1;
    }
    if (input.kind !== 'TradeObserved') continue;
    const id = input.tradeId ?? '';
    const sequence = sequences.get(id);
    if (sequence === undefined) throw new Error(`invented: trade ${id}`);
    if (journaled.has(id)) throw new Error(`twice: trade ${id}`);
    if (sequence <= last) throw new Error(`out of order: trade ${id}, ${sequence} behind ${last}`);
    journaled.add(id);
    if (last >= 0 && sequence > last + 1 && !gapBefore) {
      for (let n = last + 1; n < sequence; n += 1) {
        if (sent.has(n))
          throw new Error(`unreported: trade ${n} was sent, ${last} and ${sequence} came`);
      }
      withheld += 1;
    }
    gapBefore = false;
    last = sequence;
    trades += 1;
  }
  const read = readFrames(recording);
  for (const { tradeId, atMs } of read.trades) {
    if (atMs > read.endMs - LAST_MS || journaled.has(tradeId)) continue;
    // The other decoder takes some frames that were torn off; nobody has read those completely.
    if (!sent.has(sequences.get(tradeId) ?? -1)) continue;
    throw new Error(`lost: trade ${tradeId} was received and is not in the journal`);
  }
  const faults = [...new Set(venue.faults().map(({ fault }) => fault.kind))].sort();
  return { trades, gapsReported: gaps, withheld, reconnectsMs: read.reconnectsMs, faults };
}

function sequencesOf(venue: FakeMexc): ReadonlyMap<string, number> {
  const sequences = new Map<string, number>();
  for (const { frames } of venue.connections()) {
    for (const { trades } of frames) {
      for (const { tradeId, sequence } of trades)
        if (tradeId !== null) sequences.set(tradeId, sequence);
    }
  }
  return sequences;
}

function sentSequences(venue: FakeMexc): ReadonlySet<number> {
  return new Set(venue.deliverable().map(({ sequence }) => sequence));
}

interface ReadFrames {
  readonly trades: readonly { readonly tradeId: string; readonly atMs: number }[];
  readonly endMs: number;
  /** From the end of the last connection, behind flowing data, to the next one that was open. */
  readonly reconnectsMs: readonly number[];
}

interface Decoded {
  readonly publicAggreDeals?: { readonly deals?: readonly { readonly tradeId?: string }[] };
}

/** The recording as somebody else's decoder reads it. */
function readFrames(path: string): ReadFrames {
  const trades: { tradeId: string; atMs: number }[] = [];
  const reconnectsMs: number[] = [];
  const open = new Set<string>();
  let [endMs, flowingSinceMs, endedAtMs] = [0, 0, 0];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [time = '', what = '', payload = ''] = line.split(' ');
    const atMs = Number(time.slice(0, 13));
    if (atMs > 0) endMs = atMs;
    if (payload.startsWith('base64:')) {
      flowingSinceMs ||= atMs;
      for (const tradeId of tradeIdsOf(payload.slice(7))) trades.push({ tradeId, atMs });
    } else if (what === '#closed' && open.delete(payload) && open.size === 0) {
      endedAtMs = flowingSinceMs > 0 && atMs - flowingSinceMs > FLOWING_MS ? atMs : 0;
      flowingSinceMs = 0;
    } else if (what === '#opened') {
      open.add(payload);
      if (endedAtMs > 0) reconnectsMs.push(atMs - endedAtMs);
      endedAtMs = 0;
    }
  }
  return { trades, endMs, reconnectsMs };
}

function tradeIdsOf(base64: string): readonly string[] {
  try {
    const decoded = WRAPPER.decode(Buffer.from(base64, 'base64')) as Decoded;
    const deals = decoded.publicAggreDeals?.deals ?? [];
    return deals.flatMap(({ tradeId = '' }) => (tradeId === '' ? [] : [tradeId]));
  } catch {
    return [];
  }
}
