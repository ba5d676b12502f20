import type { OrderRefused, OrderRequested } from '../../engine/domain/events.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { VALID_SIGNAL } from './e2e-cases.js';
import { proveAndTell } from './prove.js';
import { scratchRun, type ProofEngineServices, type ScratchRun } from './scratch-run.js';

/** Of the refusal, as it is on the wire. */
const REFUSAL = 'shadow mode (zero execution)';
const BLOCKED = `Order blocked: ${REFUSAL}`;

/** One order that would be filled in paper, in run mode shadow: it has to be refused, with nothing filled. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: ProofEngineServices,
): Promise<number> {
  return proveAndTell(options, io, {
    ...{ kind: 'shadow-probe', command: 'proof.shadow-probe', services },
    prove: async (signal) => {
      const { thresholds, trades } = VALID_SIGNAL;
      const probe = await scratchRun(
        { mode: 'shadow', thresholds, trades },
        { services, io, signal },
      );
      const { why, members } = judged(probe);
      const found = why === '' ? `${BLOCKED}, filled 0` : why;
      return {
        why,
        says: found,
        lines: [['probe order in run mode shadow', 'REJECTED, filled 0', found]],
        members,
      };
    },
  });
}

function judged(run: ScratchRun) {
  const order = run.facts.find((fact): fact is OrderRequested => fact.kind === 'OrderRequested');
  const refusal = run.facts.find(
    (fact): fact is OrderRefused => fact.kind === 'OrderRefused' && isOf(fact, order),
  );
  const filled = run.facts.filter((fact) => fact.kind === 'OrderFilled' && fact.book === 'real');
  const published = run.results.filter(({ fields }) => fields['status'] === 'FILLED');
  const result = run.results.find(({ fields }) => fields['status'] === 'REJECTED')?.fields ?? null;
  const filledQuantity = result === null ? null : Number(result['filled_quantity']);
  const why =
    run.failure ??
    (order === undefined
      ? 'no order was requested, so nothing was refused'
      : refusal?.by !== 'shadow' || order.mode !== 'shadow'
        ? 'the order was not refused by shadow mode'
        : filled.length > 0 || published.length > 0
          ? `${Math.max(filled.length, published.length)} fills`
          : result === null || filledQuantity !== 0
            ? 'stream.fills has no result with nothing filled'
            : result['error_message'] !== REFUSAL
              ? `the result says ${result['error_message'] ?? 'nothing'}`
              : '');
  return {
    why,
    members: {
      run_mode: order?.mode ?? null,
      order_result_found: result !== null,
      order_result:
        result === null
          ? null
          : {
              order_id: result['order_id'] ?? null,
              status: result['status'],
              filled_quantity: filledQuantity,
              error_message: result['error_message'] ?? null,
            },
      blocked: why === '' ? BLOCKED : null,
      fills: filled.length,
      trades_sha256: run.tradesSha256,
      digest: run.digest,
    },
  };
}

function isOf({ orderRef }: OrderRefused, order: OrderRequested | undefined): boolean {
  return order?.ref.seq === orderRef.seq && order.ref.ord === orderRef.ord;
}
