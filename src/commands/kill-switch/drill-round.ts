import { lower, releaseTarget } from '../../engine/control/register.js';
import type { Output } from '../../engine/domain/events.js';
import type { LogId } from '../../engine/ports/event-log.js';
import type { CommandIo } from '../command-io.js';
import type { EngineHandle } from '../services.js';
import type { DrillPlace, DrillServices, SecondProcess } from './drill-ports.js';
import { readControl, tellEngine } from './kill-switch-ports.js';

/** Of one stop; milliseconds on the clock that all processes of the host share. */
export interface DrillRound {
  /** From the call until the latch says so: from then on the venue gate lets nothing out. */
  readonly latchedMs: number;
  /** From the call until nothing is decided under the former level. */
  readonly gateClosedMs: number;
  /** From the call to the last order that left; 0 when none left after the call. */
  readonly lastOrderMs: number;
  /** From the call until no order is open. */
  readonly openGoneMs: number;
  /** From the start of the second process to its end, with all acknowledged. */
  readonly processMs: number;
  /** Orders that left while the second process started: what there was to stop. */
  readonly ordersBefore: number;
  /** Orders that left after the call. */
  readonly ordersAfter: number;
}

export interface DrillRun {
  readonly services: DrillServices;
  readonly io: CommandIo;
  readonly place: DrillPlace;
  readonly engine: EngineHandle;
  readonly orders: OrderWatch;
  /** The feed has ended or the engine failed: nothing will flow any more. */
  readonly isOver: () => boolean;
  readonly signal: AbortSignal;
}

/** Why a round can't be measured; the drill then proves nothing. */
export class DrillFailure extends Error {}

const ORDERS_STREAM = 'stream.orders';
const FILLS_STREAM = 'stream.fills';
const TAIL = 5_000;
const ORDERS_MIN = 3;
/** The past of the feed is folded in one go; its orders are none that a stop could meet. */
const LAG_MS_MAX = 1_000;
const POLL_MS = 1;
const FLOW_WAIT_MS = 15_000;
/** The first twenty minutes of the feed come at once, and all of it is on record before a stop is measured. */
const CATCH_UP_WAIT_MS = 60_000;
const OBEY_WAIT_MS = 10_000;
/** Long enough for whatever was under way when the stop came. */
const SETTLE_MS = 200;

/** What the engine has published, and when it was told so: a moment after it left. */
export class OrderWatch {
  readonly #hostMs: () => number;
  readonly #seen = new Map<string, number>();

  constructor(hostMs: () => number) {
    this.#hostMs = hostMs;
  }

  note(fact: Output): void {
    if (fact.kind !== 'OrderRequested') return;
    this.#seen.set(keyOf(fact.ref), this.#hostMs());
  }

  has(key: string): boolean {
    return this.#seen.has(key);
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Of the orders with these keys; those that the gate refused are facts too. */
  times(left: ReadonlySet<string>): readonly number[] {
    return [...this.#seen].flatMap(([key, atMs]) => (left.has(key) ? [atMs] : []));
  }

  forget(): void {
    this.#seen.clear();
  }
}

/**
 * Waits for orders, stops them from a second process, looks what left, and releases.
 * @returns null when the market was quiet just then: such a stop proves nothing and does not count
 */
export async function drillRound(run: DrillRun): Promise<DrillRound | null> {
  const { place, engine, orders } = run;
  const isCaughtUp = () => engine.status().publishLagMs < LAG_MS_MAX;
  await until(run, 'the engine did not catch up', CATCH_UP_WAIT_MS, isCaughtUp);
  orders.forget();
  const former = await leftBehind(run);
  await until(run, 'no order flowed', FLOW_WAIT_MS, () => orders.count >= ORDERS_MIN);
  const { epoch } = engine.status().control;
  const second = place.engage();
  const birth = { failed: false };
  // What it said is looked at below; here only that waiting is in vain.
  second.then(
    ({ status }) => (birth.failed = status !== 0),
    () => (birth.failed = true),
  );
  const isObeyed = () => birth.failed || engine.obeys(epoch + 1, 'HALTED');
  await until(run, 'the engine did not obey', OBEY_WAIT_MS, isObeyed);
  const obeyedAtMs = place.hostMs();
  if (birth.failed) answerOf(await second);
  const isFlat = () => engine.status().portfolio.openOrders === 0;
  await until(run, 'orders stayed open', OBEY_WAIT_MS, isFlat);
  const goneAtMs = place.hostMs();
  const ended = await second;
  const said = answerOf(ended);
  await place.sleep(SETTLE_MS);
  const folded = engine.status().seqFolded;
  const isPublished = () => engine.status().seqCommitted >= folded;
  await until(run, 'decisions stayed unpublished', OBEY_WAIT_MS, isPublished);
  const now = await leftBehind(run);
  const stray = strayFills(former, now);
  if (stray > 0) throw new DrillFailure(`${stray} fills left of orders that never did`);
  const left = now.orders;
  const times = orders.times(left);
  const unseen = [...left].filter((key) => !former.orders.has(key) && !orders.has(key)).length;
  if (unseen > 0) throw new DrillFailure(`${unseen} orders left and nobody saw when`);
  const { called, latched } = said;
  const after = times.filter((atMs) => atMs > called);
  const before = times.filter((atMs) => atMs > ended.execMs).length - after.length;
  await release(run);
  if (before === 0) return null;
  return {
    latchedMs: latched - called,
    gateClosedMs: obeyedAtMs - called,
    lastOrderMs: Math.max(called, ...after) - called,
    openGoneMs: goneAtMs - called,
    processMs: ended.endedMs - ended.execMs,
    ordersBefore: before,
    ordersAfter: after.length,
  };
}

/** By the streams themselves: what is not in them, nobody outside has heard of. */
export interface LeftBehind {
  /** Where they were born. */
  readonly orders: ReadonlySet<string>;
  readonly orderIds: ReadonlySet<string>;
  /** Where it was born, and of which order. */
  readonly fills: ReadonlyMap<string, string>;
}

async function leftBehind({ services, place }: DrillRun): Promise<LeftBehind> {
  const read = await services.withStreamFiles(place.stateDir, async (log) => {
    const tail = async (name: string) =>
      (await log.info(name)) === null ? [] : log.tail(name, TAIL);
    // Fills first: an order leaves before its fill does.
    const fills = await tail(FILLS_STREAM);
    return { fills, orders: await tail(ORDERS_STREAM) };
  });
  const { fills, orders } = read ?? { fills: [], orders: [] };
  const filled = fills.filter(({ fields }) => Number(fields['filled_quantity']) > 0);
  return {
    orders: new Set(orders.map(({ id }) => keyOf(id))),
    orderIds: new Set(orders.map(({ fields }) => fields['order_id'] ?? '')),
    fills: new Map(filled.map(({ id, fields }) => [keyOf(id), fields['order_id'] ?? ''])),
  };
}

/** Fills since `former` of orders that nobody outside has heard of. */
export function strayFills(former: LeftBehind, now: LeftBehind): number {
  const fresh = [...now.fills].filter(([key]) => !former.fills.has(key));
  const isKnown = (id: string) => now.orderIds.has(id) || former.orderIds.has(id);
  return fresh.filter(([, orderId]) => !isKnown(orderId)).length;
}

function answerOf({ status, stdout, stderr }: SecondProcess) {
  try {
    const { data } = JSON.parse(stdout) as {
      readonly data: {
        readonly engine: { readonly state: string };
        readonly host_ms: { readonly called: number; readonly latched: number };
      };
    };
    if (status === 0 && data.engine.state === 'acknowledged') return data.host_ms;
  } catch {
    // Said below with what there was instead.
  }
  throw new DrillFailure(
    `the second process ended with ${String(status)}: ${stderr.slice(0, 300) || 'not acknowledged'}`,
  );
}

/** Of the drill's own register, under the rules of every release. */
async function release({ services, io, place, engine }: DrillRun): Promise<void> {
  const own = await services.killSwitch(place.stateDir);
  const current = readControl(own);
  const confirm = releaseTarget(current.record.mode);
  const words = { operator: 'drill', justification: 'next round of a drill', confirm };
  const result = lower(current, { ...words, atMs: io.nowMs() });
  if (!result.ok) throw new DrillFailure('the stop could not be released');
  for (const one of own.places) one.write(result.record);
  const ack = await tellEngine(own, io, { intent: 'release' });
  const isFree = engine.status().control.level === 'TRADING';
  if (ack.state !== 'acknowledged' || !isFree) throw new DrillFailure(`not released: ${ack.why}`);
}

async function until(
  { place, engine, isOver, signal }: DrillRun,
  trouble: string,
  waitMs: number,
  condition: () => boolean,
): Promise<void> {
  const deadlineMs = place.hostMs() + waitMs;
  while (!condition()) {
    signal.throwIfAborted();
    if (isOver()) throw new DrillFailure(`${trouble}: the engine has ended`);
    if (place.hostMs() > deadlineMs) {
      const { audit, publishLagMs, portfolio } = engine.status();
      const now = `audit ${audit.state}, publication ${Math.round(publishLagMs)} ms behind, open orders ${portfolio.openOrders}`;
      throw new DrillFailure(`${trouble} within ${Math.round(waitMs / 1_000)} s (${now})`);
    }
    await place.sleep(POLL_MS);
  }
}

function keyOf({ seq, ord }: LogId): string {
  return `${seq}-${ord}`;
}
