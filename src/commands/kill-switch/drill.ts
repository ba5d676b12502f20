import { basename } from 'node:path';
import { locateStateDir } from '../../config/state-dir.js';
import { proofFileName } from '../../doctor/readiness/proof.js';
import { DRILL_PASS } from '../../engine/control/drill-proof.js';
import { EXIT } from '../../operator-error.js';
import { BUILD } from '../build-info.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { saveProofFile } from '../proof/keep-proof.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { drillConfig } from './drill-config.js';
import { runDrill, type Drilled } from './drill-engine.js';
import { drillVerdict, histogramOf, HOPS, HOP_NAMES, spreads } from './drill-figures.js';
import type { DrillServices } from './drill-ports.js';
import { ledgerWords, recordInLedger, type LedgerOutcome } from '../ledger-record.js';

const ROUNDS_DEFAULT = 5;
/** What a stop promises. */
const LATENCY_MS_MAX = 1_000;

/** Everything but --write happens beside the operator's state directory, which is only named. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DrillServices,
): Promise<number> {
  const asked = {
    rounds: options.number('rounds') ?? ROUNDS_DEFAULT,
    maxLatencyMs: options.number('maxLatencyMs') ?? LATENCY_MS_MAX,
  };
  const stop = new StopRequest(io);
  try {
    return await stop.orForced(drillAndTell(options, io, { services, asked, stop }));
  } catch (fault) {
    if (stop.cause !== null && fault === stop.signal.reason) return EXIT_OF[stop.cause];
    throw fault;
  } finally {
    stop.forget();
  }
}

interface Call {
  readonly services: DrillServices;
  readonly asked: { readonly rounds: number; readonly maxLatencyMs: number };
  readonly stop: StopRequest;
}

async function drillAndTell(
  options: ParsedOptions,
  io: CommandIo,
  { services, asked, stop }: Call,
): Promise<number> {
  const startedAtMs = io.nowMs();
  const place = await services.drillPlace();
  let drilled: Drilled;
  try {
    const config = drillConfig(place.stateDir);
    const { signal } = stop;
    drilled = await runDrill(services, io, {
      place,
      asked: { rounds: asked.rounds, config, signal, onRound: () => undefined },
    });
    signal.throwIfAborted();
  } finally {
    place.remove();
  }
  const trouble = drillVerdict(drilled.rounds, { ...asked, failure: drilled.failure });
  const result = { startedAtMs, endedAtMs: io.nowMs(), asked, drilled, trouble };
  const kept = options.flag('write') ? await keep(options, io, { services, result }) : null;
  printResult(io, {
    command: 'kill-switch.drill',
    data: { ...proofOf(result), proof: kept },
    text: () => drillText(result, kept),
  });
  if (kept !== null && kept.ledger.state !== 'written') return EXIT.UNREACHABLE;
  return trouble === null ? EXIT.OK : EXIT.FINDING;
}

interface DrillResult {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly asked: Call['asked'];
  readonly drilled: Drilled;
  /** Null = passed. */
  readonly trouble: string | null;
}

interface Kept {
  readonly path: string;
  readonly sha256: string;
  readonly ledger: LedgerOutcome;
}

function proofOf({ startedAtMs, endedAtMs, asked, drilled, trouble }: DrillResult) {
  const { rounds } = drilled;
  const sum = (of: 'ordersBefore' | 'ordersAfter') =>
    rounds.reduce((total, one) => total + one[of], 0);
  return {
    passed: trouble === null,
    why: trouble ?? '',
    rounds: rounds.length,
    rounds_asked: asked.rounds,
    limit_ms: asked.maxLatencyMs,
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: new Date(endedAtMs).toISOString(),
    orders_before_the_stop: sum('ordersBefore'),
    orders_after_the_stop: sum('ordersAfter'),
    spreads_ms: spreads(rounds),
    histograms: Object.fromEntries(
      HOP_NAMES.map((hop) => [hop, histogramOf(rounds.map((one) => one[hop]))]),
    ),
    cdb: { version: BUILD.version, commit: BUILD.commit, engine_hash: BUILD.engineHash },
  };
}

/** Also a drill that failed is kept: that it was done, and how it went. */
async function keep(
  options: ParsedOptions,
  io: CommandIo,
  { services, result }: { readonly services: DrillServices; readonly result: DrillResult },
): Promise<Kept> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const { ledger } = await services.killSwitch(stateDir);
  const proof = { ...proofOf(result), host: await services.hostFacts() };
  const name = proofFileName('drill', result.endedAtMs);
  const { path, sha256 } = await saveProofFile(services, stateDir, { name, proof });
  const { passed, rounds, limit_ms, spreads_ms } = proof;
  const verdict = passed ? DRILL_PASS : 'FAIL';
  const outcome = recordInLedger(ledger, {
    kind: 'drill',
    action: `kill switch drill ${passed ? 'passed' : 'FAILED'}`,
    atMs: result.endedAtMs,
    who: operatorName(io.env),
    why: proof.why,
    details: {
      ...{ verdict, proof: basename(path), sha256 },
      ...{ rounds, limitMs: limit_ms, spreadsMs: spreads_ms },
    },
  });
  return { path, sha256, ledger: outcome };
}

function drillText(result: DrillResult, kept: Kept | null): string {
  const { rounds, orders_before_the_stop: before, orders_after_the_stop: after } = proofOf(result);
  const all = spreads(result.drilled.rounds);
  const titles = ['ms from the call', 'p50', 'p95', 'max'];
  const cells = HOP_NAMES.map((hop) => {
    const of = all[hop];
    return [HOPS[hop], ...(['p50', 'p95', 'max'] as const).map((at) => String(of?.[at] ?? '-'))];
  });
  const { trouble, asked } = result;
  const verdict = trouble === null ? 'PASS' : `FAIL   ${plainText(trouble)}`;
  return [
    `drill of the kill switch   rounds ${rounds} of ${asked.rounds}   an engine of its own, yours is untouched`,
    textTable(
      titles.map((title) => ({ title })),
      cells,
    ).trimEnd(),
    `orders       ${before} left while the stop was on its way, ${after} after its call`,
    `limit        ${asked.maxLatencyMs} ms   ${verdict}`,
    ...(kept === null
      ? ['proof        not kept; --write keeps it']
      : [
          `proof        ${plainText(kept.path)} (sha256 ${kept.sha256.slice(0, 12)}), ${plainText(ledgerWords(kept.ledger))}`,
        ]),
    '',
  ].join('\n');
}
