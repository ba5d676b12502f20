import { nodeHash } from '../../src/adapters/node-hash.js';
import { openFileFeed } from '../../src/adapters/files-feed/open-file-feed.js';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { auditBatch } from '../../src/engine/audit-rows.js';
import type { AuditRow, AuditTable } from '../../src/engine/domain/audit-tables.js';
import type { Output } from '../../src/engine/domain/events.js';
import { initialRecord } from '../../src/engine/control/register.js';
import { refText, runIds } from '../../src/engine/domain/ids.js';
import type { Input, SequencedInput } from '../../src/engine/domain/inputs.js';
import { THRESHOLD_SETS, type Thresholds } from '../../src/engine/domain/thresholds.js';
import { STREAMS } from '../../src/engine/domain/wire/streams.js';
import { Fold } from '../../src/engine/fold.js';
import { openJournal } from '../../src/engine/journal.js';
import type { EventLog, LogEntry } from '../../src/engine/ports/event-log.js';
import { logStreams } from '../../src/engine/log-streams.js';
import { createPublisher } from '../../src/engine/publisher.js';
import { replay } from '../../src/engine/replay.js';

const LETS_EVERYTHING_OUT = {
  ...initialRecord({ mode: 'paper', operator: 'check', atMs: 0 }),
  epoch: 0,
};

/** What one journal must have led to, by folding it once from its first input without a break. */
export interface Truth {
  readonly runId: string;
  readonly digest: string;
  /** The sequence of each of its inputs; another run may have used those between two of them. */
  readonly seqs: ReadonlySet<number>;
  readonly inputKinds: Readonly<Partial<Record<Input['kind'], number>>>;
  readonly facts: readonly Output[];
  /** Every row in the columns of audit-tables.ts; orders and positions with all their steps. */
  readonly rows: Partial<Readonly<Record<AuditTable, readonly AuditRow[]>>>;
  /** Every entry of every stream that this run must have published, in order. */
  readonly streams: ReadonlyMap<string, readonly LogEntry[]>;
}

export async function truthOf(inputsDirectory: string, runId: string): Promise<Truth> {
  const log = openLocalEventLog(inputsDirectory, { clock: systemClock(), readOnly: true });
  const inputs: SequencedInput[] = [];
  try {
    const journal = await openJournal(log, runId, 0);
    for await (const batch of journal.read(0)) inputs.push(...batch);
  } finally {
    await log.close();
  }
  return truthOfInputs(inputs, runId);
}

/** @param inputs all of the run, in order, from the first */
export async function truthOfInputs(
  inputs: readonly SequencedInput[],
  runId: string,
): Promise<Truth> {
  const fold = new Fold(nodeHash);
  const facts: Output[] = [];
  const kinds: Partial<Record<Input['kind'], number>> = {};
  const gated = new Set<string>();
  const seqs = new Set<number>();
  for (const sequenced of inputs) {
    seqs.add(sequenced.seq);
    const { input } = sequenced;
    if (input.kind === 'OrderReported') gated.add(refText(input.orderRef));
    kinds[input.kind] = (kinds[input.kind] ?? 0) + 1;
    facts.push(...fold.apply(sequenced));
  }
  const ids = runIds(nodeHash, runId);
  const thresholds = (): Thresholds => fold.state.limits ?? THRESHOLD_SETS.reference;
  const whole = {
    seqFirst: 1,
    seqLast: fold.seq,
    digest: fold.digest,
    outputs: facts,
    arrivedAtMs: 0,
  };
  const context = { ids, hash: nodeHash, thresholds, venue: 'paper' };
  const rows = auditBatch(whole, context)?.rows ?? {};
  const streams = new Map<string, LogEntry[]>();
  await createPublisher({
    streams: logStreams(collectingLog(streams)),
    topics: { publish: () => undefined },
    keys: { set: () => undefined },
    ids,
    hash: nodeHash,
    thresholds,
    control: () => LETS_EVERYTHING_OUT,
    onGated: () => undefined,
    onBooked: () => undefined,
    onCommitted: () => undefined,
  })(whole);
  const orders = streams.get(STREAMS.orders.name) ?? [];
  // The journal says which orders the gate kept back, because the register had become stricter.
  streams.set(
    STREAMS.orders.name,
    orders.filter(({ id }) => !gated.has(refText(id))),
  );
  // Of those it keeps the fills back too, which the fold had made by then.
  const kept = new Set(
    facts.filter((fact) => isFillOf(fact, gated)).map(({ ref }) => refText(ref)),
  );
  for (const { name } of [STREAMS.fills, STREAMS.orderResults]) {
    streams.set(
      name,
      (streams.get(name) ?? []).filter(({ id }) => !kept.has(refText(id))),
    );
  }
  return {
    runId,
    digest: fold.digest,
    seqs,
    inputKinds: kinds,
    facts,
    rows,
    streams,
  };
}

function isFillOf(fact: Output, gated: ReadonlySet<string>): boolean {
  const isResult = fact.kind === 'OrderFilled' || fact.kind === 'OrderRejected';
  return isResult && Number(fact.cumQty) > 0 && gated.has(refText(fact.orderRef));
}

const digests = new Map<number, Promise<string>>();

/** Digest of the sample in paper mode with this seed, folded offline: no journal, no engine. */
export function unbrokenDigest(seed: number, thresholds: Thresholds): Promise<string> {
  const known = digests.get(seed) ?? replaySample(seed, thresholds);
  digests.set(seed, known);
  return known;
}

async function replaySample(seed: number, thresholds: Thresholds): Promise<string> {
  const feed = await openFileFeed('sample');
  const options = { hash: nodeHash, thresholds, seed, mode: 'paper' } as const;
  const nothing = (): void => undefined;
  const signal = new AbortController().signal;
  const fold = await replay(feed, options, nothing, () => Promise.resolve(), signal);
  return fold.digest;
}

/** Only what the publisher uses: it appends, and this remembers. */
function collectingLog(streams: Map<string, LogEntry[]>): EventLog {
  const unused = (): never => {
    throw new Error('the publisher only appends');
  };
  return {
    append: (stream, entries) => {
      streams.set(stream, [...(streams.get(stream) ?? []), ...entries]);
      return Promise.resolve(entries.length);
    },
    sync: unused,
    read: unused,
    tail: unused,
    info: () => Promise.resolve(null),
    list: unused,
    trimBelow: unused,
    close: unused,
  };
}
