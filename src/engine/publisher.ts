import { orderProof } from './decision-record.js';
import { gateRefusal, type GateControl } from './control/venue-gate.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import type { RunIds } from './domain/ids.js';
import type { OrderReported } from './domain/inputs.js';
import type { Thresholds } from './domain/thresholds.js';
import { publishPlan, type Publication } from './domain/wire/publish-plan.js';
import { STREAMS } from './domain/wire/streams.js';
import type { FoldedBatch } from './domain/folded-batch.js';
import { compareLogIds, type LogEntry, type LogId } from './ports/event-log.js';
import type { FactStreams } from './ports/fact-streams.js';
import type { Keys, Topics } from './ports/topics-keys.js';

export interface PublisherDeps {
  readonly streams: FactStreams;
  readonly topics: Pick<Topics, 'publish'>;
  readonly keys: Pick<Keys, 'set'>;
  readonly ids: RunIds;
  readonly hash: Hash;
  readonly thresholds: () => Thresholds;
  /** The register's effective record now. */
  readonly control: () => GateControl;
  /** An order that the venue gate did not let out. */
  readonly onGated: (order: OrderFact, message: string) => void | Promise<void>;
  /** Sees every committed fact in order: the screen. */
  readonly onCommitted: (fact: Output) => void;
}

interface StreamBatch {
  readonly lengthMax: number;
  readonly entries: LogEntry[];
}

/**
 * Publishes committed facts under their wire names. Repeating a batch after a crash adds nothing:
 * an entry's id is where its fact was born, and a stream skips ids that it has passed.
 */
export function createPublisher(deps: PublisherDeps): (batch: FoldedBatch) => Promise<void> {
  const context = { ids: deps.ids, proofOf: (order: OrderFact) => orderProof(order, deps) };
  let judgedBefore: LogId | null | undefined;
  return async ({ outputs }) => {
    if (judgedBefore === undefined) {
      judgedBefore = await deps.streams.takeOver(STREAMS.orders.name);
    }
    const streams = new Map<string, StreamBatch>();
    const rest: Publication[] = [];
    for (const fact of outputs) {
      if (fact.kind === 'OrderRequested' && !(await mayLeave(fact, judgedBefore, deps))) {
        continue;
      }
      for (const publication of publishPlan(fact, context)) {
        if (publication.to !== 'stream') rest.push(publication);
        else collect(streams, publication, fact);
      }
    }
    for (const [name, { entries, lengthMax }] of streams) {
      await deps.streams.append(name, entries, { lengthMax });
    }
    await Promise.all(rest.map((publication) => announce(publication, deps)));
    for (const fact of outputs) deps.onCommitted(fact);
  };
}

export type OrderFact = Extract<Output, { kind: 'OrderRequested' }>;

/** What the fold hears of an order that the venue gate did not let out. */
export function gatedReport(
  { ref, symbol }: OrderFact,
  message: string,
  atMs: number,
): OrderReported {
  const about = { orderRef: ref, symbol, status: 'REJECTED', refusedBy: 'gate' } as const;
  return { kind: 'OrderReported', ...about, message, atMs };
}

/**
 * An order up to the last one that left in a former process was judged there: what is in the stream
 * has left and is not announced again; what is not was refused, and the fold may not know it yet.
 */
async function mayLeave(
  order: OrderFact,
  judgedBefore: LogId | null,
  deps: PublisherDeps,
): Promise<boolean> {
  if (judgedBefore !== null && compareLogIds(order.ref, judgedBefore) <= 0) {
    if (!(await deps.streams.has(STREAMS.orders.name, order.ref))) {
      await deps.onGated(order, 'venue gate: refused before a restart');
    }
    return false;
  }
  const refusal = gateRefusal(order, deps.control());
  if (refusal !== null) await deps.onGated(order, refusal);
  return refusal === null;
}

function collect(
  streams: Map<string, StreamBatch>,
  publication: Extract<Publication, { to: 'stream' }>,
  fact: Output,
): void {
  const { name, lengthMax, fields } = publication;
  const known = streams.get(name);
  const entry = { id: fact.ref, fields };
  if (known === undefined) streams.set(name, { lengthMax, entries: [entry] });
  else known.entries.push(entry);
}

async function announce(publication: Publication, { topics, keys }: PublisherDeps): Promise<void> {
  if (publication.to === 'topic') await topics.publish(publication.name, publication.json);
  else if (publication.to === 'key')
    await keys.set(publication.name, publication.json, publication.ttlMs);
}
