import type { OrderFilled, RiskDecided } from '../../engine/domain/events.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { E2E_CASES, type E2eCase } from './e2e-cases.js';
import { proveAndTell } from './prove.js';
import { scratchRun, type ProofEngineServices, type ScratchRun } from './scratch-run.js';

const RESULT_MS_MAX = 30_000;

/** From signal to result on the simulated venue: three markets, each through an engine of its own. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: ProofEngineServices,
): Promise<number> {
  return proveAndTell(options, io, {
    ...{ kind: 'paper-e2e', command: 'proof.paper-e2e', services },
    prove: async (signal) => {
      const cases = [];
      for (const one of E2E_CASES) {
        const order = { mode: 'paper', thresholds: one.thresholds, trades: one.trades } as const;
        cases.push(judged(one, await scratchRun(order, { services, io, signal })));
      }
      const failed = cases.filter(({ why }) => why !== '');
      return {
        why: failed.map(({ name, why }) => `${name}: ${why}`).join('; '),
        says: `${cases.length - failed.length} of ${cases.length} cases as demanded`,
        lines: cases.map(({ name, demands, why, found }) => [
          name,
          demands,
          why === '' ? found : why,
        ]),
        members: { cases: cases.map(({ found: _, ...one }) => one) },
      };
    },
  });
}

/** By what was committed and published, not by what was meant. */
function judged({ name, demands, expects }: E2eCase, run: ScratchRun) {
  const decision = run.facts.findLast((fact): fact is RiskDecided => fact.kind === 'RiskDecided');
  const fill = run.facts.findLast(
    (fact): fact is OrderFilled => fact.kind === 'OrderFilled' && isOf(fact, decision),
  );
  const published = run.results.filter(({ fields }) => fields['status'] === 'FILLED').length;
  const committed = run.facts.filter(({ kind }) => kind === 'OrderFilled').length;
  const resultMs = fill === undefined || decision === undefined ? null : fill.tsMs - decision.tsMs;
  const why =
    run.failure ??
    (decision === undefined
      ? 'no signal was decided'
      : published !== committed
        ? `${committed} fills were committed, stream.fills has ${published}`
        : expects === 'FILLED'
          ? filledFault(decision, fill, resultMs)
          : blockedFault(expects, decision, fill));
  return {
    ...{ name, demands, why },
    found: foundWords(decision, fill, resultMs),
    decision: decision === undefined ? null : decisionJson(decision),
    fill: fill === undefined ? null : fillJson(fill, resultMs),
    fills_in_stream: published,
    trades_sha256: run.tradesSha256,
    digest: run.digest,
  };
}

function isOf(fill: OrderFilled, decision: RiskDecided | undefined): boolean {
  const { seq, ord } = fill.decisionRef;
  return decision?.ref.seq === seq && decision.ref.ord === ord;
}

function filledFault(
  { decision, reasonCode }: RiskDecided,
  fill: OrderFilled | undefined,
  resultMs: number | null,
): string {
  if (decision !== 'ALLOW') return `it was refused with ${reasonCode ?? 'nothing'}`;
  if (fill === undefined || resultMs === null) return 'it was allowed and nothing was filled';
  if (fill.status !== 'FILLED' || fill.book !== 'real') return `its result is ${fill.status}`;
  return resultMs <= RESULT_MS_MAX ? '' : `its result came after ${resultMs} ms`;
}

function blockedFault(
  expects: string,
  { decision, reasonCode }: RiskDecided,
  fill: OrderFilled | undefined,
): string {
  if (decision !== 'BLOCK') return 'it was allowed';
  if (reasonCode !== expects) return `it was refused with ${reasonCode ?? 'nothing'}`;
  return fill === undefined ? '' : 'something was filled all the same';
}

function foundWords(
  decision: RiskDecided | undefined,
  fill: OrderFilled | undefined,
  resultMs: number | null,
): string {
  if (decision === undefined) return 'nothing';
  const { gate, reasonCode } = decision;
  if (fill !== undefined)
    return `${fill.status} ${fill.qty} at ${fill.price} after ${resultMs ?? '?'} ms`;
  const seen = `regime ${gate?.regimeId ?? '-'}, drawdown ${gate?.dailyDrawdownPp ?? '-'} pp`;
  return `${decision.decision} ${reasonCode ?? ''} (${seen})`;
}

function decisionJson({ decision, reasonCode, gate, tsMs, symbol, qty }: RiskDecided) {
  return {
    ...{ decision, symbol, quantity: qty },
    reason_code: reasonCode,
    regime_id: gate?.regimeId ?? null,
    daily_drawdown_pct: gate?.dailyDrawdownPp ?? null,
    timestamp_ms: tsMs,
  };
}

function fillJson({ status, qty, price, book }: OrderFilled, resultMs: number | null) {
  return { status, book, filled_quantity: qty, price, after_ms: resultMs };
}
