import { askEngine } from '../../commands/ask-engine.js';
import type { OperatorPorts, ReadableLog } from '../../commands/operator-ports.js';
import { STREAMS } from '../../engine/domain/wire/streams.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { OrderRow } from '../../view/board/board.js';
import { orderRows } from '../../view/board/order-rows.js';
import { readStreamPage, streamPage, type EntryView } from '../../view/stream-page.js';

const ORDERS = 50;
/** An order may be filled in pieces, and a rejected one is older than its result. */
const RESULTS = 200;
const ASK_MS = 2_000;

/** As `cdb streams tail` asks a running engine. @throws OperatorError */
export async function ordersOfEngine({ engine }: OperatorPorts): Promise<readonly OrderRow[]> {
  const tail = async (name: string, count: number): Promise<readonly EntryView[]> => {
    const path = `/streams/${name}?n=${count}`;
    const page = await askEngine(
      engine,
      { method: 'GET', path, timeoutMs: ASK_MS },
      readStreamPage,
    ).catch(noneYet);
    return page?.entries ?? [];
  };
  const orders = await tail(STREAMS.orders.name, ORDERS);
  return orderRows(orders, orders.length === 0 ? [] : await tail(STREAMS.fills.name, RESULTS));
}

/** Nothing was ever written to it. */
function noneYet(fault: unknown): null {
  if (fault instanceof OperatorError && fault.exit === EXIT.NOT_FOUND) return null;
  throw fault;
}

/** From Redis, or from the files of the last run. @throws DependencyError */
export async function ordersOfLog(log: ReadableLog): Promise<readonly OrderRow[]> {
  const tail = async (name: string, limit: number) =>
    (await streamPage(log, name, { start: 'newest', limit }))?.entries ?? [];
  const orders = await tail(STREAMS.orders.name, ORDERS);
  return orderRows(orders, orders.length === 0 ? [] : await tail(STREAMS.fills.name, RESULTS));
}
