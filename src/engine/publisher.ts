import { orderProof } from './decision-record.js';
import { gateRefusal, type GateControl } from './control/venue-gate.js';
import type { OrderFilled, OrderRejected, Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import { refText, type Ref, type RunIds } from './domain/ids.js';
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
  /** A fill that was folded of such an order: it happened nowhere but in the books. */
  readonly onBooked: (fill: FillFact) => void | Promise<void>;
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
  let door: Door | undefined;
  return async ({ outputs }) => {
    door ??= new Door(deps, await deps.streams.takeOver(STREAMS.orders.name));
    const streams = new Map<string, StreamBatch>();
    const rest: Publication[] = [];
    for (const fact of outputs) {
      if (isJudged(fact) && !(await door.lets(fact))) continue;
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
type FillFact = Extract<Output, { kind: 'OrderFilled' }>;
type JudgedFact = OrderFact | OrderFilled | OrderRejected;

/** What the fold hears of an order that the venue gate did not let out. */
export function gatedReport(
  { ref, symbol }: OrderFact,
  message: string,
  atMs: number,
): OrderReported {
  const about = { orderRef: ref, symbol, status: 'REJECTED', refusedBy: 'gate' } as const;
  return { kind: 'OrderReported', ...about, message, atMs };
}

/** What the fold hears of a fill that it should not have made. */
export function bookedReport(
  { orderRef, symbol, side, qty, price }: FillFact,
  atMs: number,
): OrderReported {
  const about = { orderRef, symbol, status: 'REJECTED', refusedBy: 'gate' } as const;
  const message = 'venue gate: refused, and filled in the books before the fold heard of it';
  return { kind: 'OrderReported', ...about, message, booked: { side, qty, price }, atMs };
}

/** Far more than are on their way at once; what comes of an order comes soon. */
const GATED_MAX = 4_096;

/** What may leave of one run, from where this process has taken it over. */
class Door {
  readonly #deps: PublisherDeps;
  readonly #judgedBefore: LogId | null;
  readonly #gated = new Set<string>();

  constructor(deps: PublisherDeps, judgedBefore: LogId | null) {
    this.#deps = deps;
    this.#judgedBefore = judgedBefore;
  }

  lets(fact: JudgedFact): Promise<boolean> {
    return fact.kind === 'OrderRequested' ? this.#letsOrder(fact) : this.#letsFill(fact);
  }

  /**
   * An order up to the last one that left in a former process was judged there: what is in the stream
   * has left and is not announced again; what is not was refused, and the fold may not know it yet.
   */
  async #letsOrder(order: OrderFact): Promise<boolean> {
    const { control } = this.#deps;
    if (this.#wasJudged(order.ref)) {
      if (!(await this.#hasLeft(order.ref))) {
        await this.#refuse(order, 'venue gate: refused before a restart');
      }
      return false;
    }
    const refusal = gateRefusal(order, control());
    if (refusal !== null) await this.#refuse(order, refusal);
    return refusal === null;
  }

  async #refuse(order: OrderFact, message: string): Promise<void> {
    this.#gated.add(refText(order.ref));
    const [oldest] = this.#gated;
    if (this.#gated.size > GATED_MAX && oldest !== undefined) this.#gated.delete(oldest);
    await this.#deps.onGated(order, message);
  }

  /** The fold fills what it has not heard of yet that it was refused. */
  async #letsFill(result: OrderFilled | OrderRejected): Promise<boolean> {
    const { orderRef } = result;
    const isGated =
      this.#gated.has(refText(orderRef)) ||
      (this.#wasJudged(orderRef) && !(await this.#hasLeft(orderRef)));
    if (isGated && result.kind === 'OrderFilled') await this.#deps.onBooked(result);
    return !isGated;
  }

  #wasJudged(order: Ref): boolean {
    return this.#judgedBefore !== null && compareLogIds(order, this.#judgedBefore) <= 0;
  }

  #hasLeft(order: Ref): Promise<boolean> {
    return this.#deps.streams.has(STREAMS.orders.name, order);
  }
}

/** That nothing of an order was filled is true whoever refused it. */
function isJudged(fact: Output): fact is JudgedFact {
  if (fact.kind === 'OrderRequested') return true;
  const isResult = fact.kind === 'OrderFilled' || fact.kind === 'OrderRejected';
  return isResult && fact.book === 'real' && Number(fact.cumQty) > 0;
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
