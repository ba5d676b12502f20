import { describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/explain.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import type { TraceAnswer } from '../../../src/engine/ports/decision-trace.js';
import { EXIT } from '../../../src/operator-error.js';
import { fakeAuditReader } from '../../fakes/fake-audit-reader.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { answering, fakeOperator } from '../../fakes/fake-operator-ports.js';
import { eager, FoldBench } from '../engine/fold-bench.js';
import { recordedTraces } from '../engine/explain/recorded-trace.js';

const ID = 'sig-518bcafe';

function firstTrace() {
  const bench = new FoldBench({ limits: eager() });
  bench.trade(10_000);
  bench.trade(10_010);
  const [trace] = recordedTraces(bench, eager());
  if (trace === undefined) throw new Error('nothing was decided');
  return trace;
}

const ONE: TraceAnswer = { found: 'one', trace: firstTrace() };

async function explained(
  operator: ReturnType<typeof fakeOperator>,
  id = ID,
  outputFormat: 'text' | 'json' = 'text',
) {
  const io = fakeCommandIo({ outputFormat });
  const status = await run(new ParsedOptions({ codeOrId: id }), io, operator);
  return { status, text: io.out.join('') };
}

describe('cdb explain ID', () => {
  test('asks the running engine, and says what decided and what would have passed it', async () => {
    const operator = fakeOperator({}, answering(ONE));
    const { status, text } = await explained(operator);
    expect(operator.asked).toMatchObject([{ method: 'GET', path: `/trace/${ID}` }]);
    expect(status).toBe(EXIT.OK);
    expect(text).toMatch(/BLOCK {2}RC_002$/m);
    expect(text).toContain('decided by RC_002: return1mPp missing, required more than');
    expect(text).toContain('no single change allows it');
    expect(text).toMatch(
      /^RK_EXPOSURE +passes +exposure 0\.00 of 3 000\.00 USDT, 3 000\.00 left$/m,
    );
  });

  test('says who had stopped it, and why', async () => {
    const trace = firstTrace();
    const stopped: TraceAnswer = {
      found: 'one',
      trace: {
        ...trace,
        decision: { ...trace.decision, reason_code: 'RK_KILL_SWITCH' },
        control: {
          ...{ epoch: '2', level: 'HALTED', operator: 'ops', reason: 'manual' },
          message: 'spread \u001b[31mgap',
        },
      },
    };
    const { text } = await explained(fakeOperator({}, answering(stopped)));
    expect(text).toContain('\nepoch 2: HALTED by ops (manual, spread \\x1b[31mgap)\n');
  });

  test('has everything in JSON, the rows included', async () => {
    const { text } = await explained(fakeOperator({}, answering(ONE)), ID, 'json');
    const { schema, data } = JSON.parse(text);
    expect(schema).toBe('cdb.explain/1');
    expect(data).toMatchObject({
      kind: 'decision',
      verdict: { decision: 'BLOCK', code: 'RC_002' },
      judged_again: { agrees: true, flipped_by_one: [] },
    });
    expect(data.judged_again.flipped_together[0]).toMatchObject({ name: 'return1mPp', from: null });
    expect(data.judged_again.limits).toContainEqual(
      expect.objectContaining({ limit_keys: ['thresholds.overrides.gate.return1mPpMin'] }),
    );
    expect(data.record.decision.payload.thresholds).toBeDefined();
  });

  test('reads an external database itself, and its own one where no engine runs', async () => {
    const reader = fakeAuditReader({ trace: async () => ONE });
    const withAudit = <T>(work: (of: typeof reader) => Promise<T>) => work(reader);
    const external = fakeOperator({ readsDirectly: () => true, withAudit });
    expect((await explained(external)).status).toBe(EXIT.OK);
    expect(external.asked).toEqual([]);
    expect((await explained(fakeOperator({ withAudit }))).status).toBe(EXIT.OK);
  });

  test('is a finding where record and judge do not agree', async () => {
    const trace = firstTrace();
    const forged = { ...trace, decision: { ...trace.decision, reason_code: 'RC_001' } };
    const operator = fakeOperator({}, answering({ found: 'one', trace: forged }));
    const { status, text } = await explained(operator);
    expect(status).toBe(EXIT.FINDING);
    expect(text).toContain('FINDING: judged again the verdict is RC_002');
  });

  test.each([
    [{ found: 'none', looked: ['orders.order_id'] }, 'CDB-E0720', 8, 'looked in orders.order_id'],
    [
      {
        found: 'several',
        matches: [{ kind: 'order', id: 'ab1', symbol: 'BTCUSDT' }],
        more: true,
      },
      ...['CDB-E0721', 2, 'order:ab1 BTCUSDT\nand more'],
    ],
  ] as const)('says why it explains nothing: %o', async (answer, code, exit, why) => {
    await expect(explained(fakeOperator({}, answering(answer)))).rejects.toMatchObject({
      ...{ code, exit },
      why: expect.stringContaining(why),
    });
  });

  test('says where nothing was ever written', async () => {
    await expect(explained(fakeOperator())).rejects.toMatchObject({ code: 'CDB-E0722', exit: 8 });
  });

  test('takes the name of a table in front for ids that are mere numbers', async () => {
    const operator = fakeOperator({}, answering(ONE));
    await explained(operator, 'order:8');
    expect(operator.asked).toMatchObject([{ path: '/trace/order%3A8' }]);
  });
});
