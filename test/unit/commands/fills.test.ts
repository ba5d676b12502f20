import { describe, expect, it } from 'vitest';
import { run } from '../../../src/commands/fills.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import type { FillList, FillRow } from '../../../src/engine/ports/audit-reader.js';
import { EXIT } from '../../../src/operator-error.js';
import { fillListJson } from '../../../src/view/audit-json.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { answering, fakeOperator } from '../../fakes/fake-operator-ports.js';

const AT = Date.UTC(2026, 1, 9, 15, 29, 58);
const FILL: FillRow = {
  fillId: 'fill-1',
  orderId: 'order-1',
  runId: 'run-1',
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'filled',
  qty: '0.00021991',
  price: '90898.65000000',
  slippageBps: null,
  fee: '0.01000000',
  realizedPnl: null,
  strategyId: 'paper',
  atMs: AT,
};
const LIST: FillList = {
  runId: 'run-1',
  fills: [FILL],
  total: 12,
  newestAtMs: AT,
  cursor: '12:fill-1',
};

async function textOf(list: FillList, options = new ParsedOptions({})): Promise<string> {
  const io = fakeCommandIo();
  await run(options, io, fakeOperator({}, answering(fillListJson(list))));
  return io.out.join('');
}

describe('fills', () => {
  it('prints exact amounts, and words where there is no number', async () => {
    expect(await textOf(LIST)).toMatch(
      /^2026-02-09 15:29:58 +BTCUSDT +BUY +0\.00021991 +90 898\.65 +no data +0\.01 +opens +paper +FILLED +order-1$/m,
    );
  });

  it('says how many of how many and how old the newest is', async () => {
    expect(await textOf(LIST)).toContain(
      '1 of 12 fills in the whole run, newest 2.0 s ago, run run-1',
    );
    const hour = await textOf(LIST, new ParsedOptions({ sinceMs: 7_200_000 }));
    expect(hour).toContain('in the 2 h up to 2026-02-09 15:29:58 UTC');
  });

  it('tells "no data" from "no fill"', async () => {
    const io = fakeCommandIo();
    expect(await run(new ParsedOptions({}), io, fakeOperator())).toBe(EXIT.OK);
    expect(io.out.join('')).toBe('no data: no run has written decisions here yet\n');
    const none = { ...LIST, fills: [], total: 0, newestAtMs: null };
    const whole = "in the whole run, run run-1; a shadow run's hypothetical fills are not listed\n";
    expect(await textOf(none)).toBe(`no fill ${whole}`);
    expect(await textOf(none, new ParsedOptions({ symbol: 'XRPETH', strategy: 's' }))).toBe(
      `no fill matches symbol XRPETH and strategy s ${whole}`,
    );
  });

  it('passes every filter on', async () => {
    const services = fakeOperator({}, answering(fillListJson(LIST)));
    const options = new ParsedOptions({
      sinceMs: 5_000,
      symbol: 'A&B',
      strategy: 's',
      count: 5_000,
    });
    await run(options, fakeCommandIo(), services);
    expect(services.asked[0]?.path).toBe('/fills?n=1000&window_ms=5000&symbol=A%26B&strategy=s');
  });

  it('writes one envelope a row as jsonl', async () => {
    const io = fakeCommandIo({ outputFormat: 'jsonl' });
    const two = { ...LIST, fills: [FILL, { ...FILL, fillId: 'fill-2' }] };
    await run(new ParsedOptions({}), io, fakeOperator({}, answering(fillListJson(two))));
    const ids = io.out.map((line) => JSON.parse(line).data.fill_id as string);
    expect(ids).toEqual(['fill-1', 'fill-2']);
  });

  it('raises the error of the engine again', async () => {
    const error = {
      code: 'CDB-E0004',
      what: 'PostgreSQL failed',
      why: 'gone',
      todo: 'wait',
      exit: 4,
    };
    const services = fakeOperator({}, answering({ error }, 503));
    await expect(run(new ParsedOptions({}), fakeCommandIo(), services)).rejects.toMatchObject(
      error,
    );
  });
});
