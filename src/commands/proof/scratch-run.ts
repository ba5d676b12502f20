import { dirname, join } from 'node:path';
import { findModeFlags } from '../../config/mode-flags.js';
import type { Output } from '../../engine/domain/events.js';
import type { LogEntry } from '../../engine/ports/event-log.js';
import type { CommandIo } from '../command-io.js';
import type { DrillPlace, DrillServices } from '../kill-switch/drill-ports.js';
import { scratchConfig } from '../kill-switch/drill-config.js';
import type { Services } from '../services.js';

export type ProofEngineServices = DrillServices & Pick<Services, 'replaceFile' | 'hash'>;

export interface ScratchOrder {
  readonly mode: 'shadow' | 'paper';
  readonly thresholds: Readonly<Record<string, string>>;
  /** NDJSON. */
  readonly trades: string;
}

/** All that an engine of its own did with one market. */
export interface ScratchRun {
  /** Committed and published, in order. */
  readonly facts: readonly Output[];
  /** Entries of `stream.fills`. */
  readonly results: readonly LogEntry[];
  readonly tradesSha256: string;
  /** Of all that was decided. */
  readonly digest: string;
  /** Null: the market was folded to its end. */
  readonly failure: string | null;
}

const RESULTS = 'stream.fills';
const RESULTS_MAX = 1_000;

/** Runs the whole engine, with a database of its own, in a place that is gone afterwards. */
export async function scratchRun(
  order: ScratchOrder,
  {
    services,
    io,
    signal,
  }: {
    readonly services: ProofEngineServices;
    readonly io: CommandIo;
    readonly signal: AbortSignal;
  },
): Promise<ScratchRun> {
  const place = await services.drillPlace();
  try {
    const source = join(dirname(place.stateDir), 'market.ndjson');
    await services.replaceFile(source, order.trades, 0o600);
    const ended = await folded(order, { source, place, services, io, signal });
    const results = await services.withStreamFiles(place.stateDir, async (log) =>
      (await log.info(RESULTS)) === null ? [] : log.tail(RESULTS, RESULTS_MAX),
    );
    const hash = await services.hash();
    return { ...ended, results: results ?? [], tradesSha256: hash.sha256Hex(order.trades) };
  } finally {
    place.remove();
  }
}

async function folded(
  { mode, thresholds }: ScratchOrder,
  at: {
    readonly source: string;
    readonly place: DrillPlace;
    readonly services: ProofEngineServices;
    readonly io: CommandIo;
    readonly signal: AbortSignal;
  },
): Promise<Pick<ScratchRun, 'facts' | 'digest' | 'failure'>> {
  const { source, place, services, io, signal } = at;
  const facts: Output[] = [];
  const feed = { source, speed: 'max' };
  const opened = await services.openEngine({
    config: scratchConfig(place.stateDir, { feed, mode, thresholds }),
    ...{ mode, restart: false, signal },
    // Whatever the operator's own flags say: nothing of it leaves this process.
    flags: findModeFlags({ cwd: place.stateDir, env: {} }),
    launch: { words: [], cwd: place.stateDir, env: {}, detached: false },
    onStep: () => undefined,
    onCommitted: (fact) => {
      facts.push(fact);
    },
    onNotice: (text) => {
      io.stderr(`notice: ${text}\n`);
    },
  });
  if (opened.state !== 'ready')
    return { facts, digest: '', failure: 'the market had ended already' };
  const { engine } = opened;
  const stop = (): void => {
    engine.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const reason = await engine.start(() => undefined);
    signal.throwIfAborted();
    const { digest } = engine.status();
    const isWhole = reason === 'finished';
    return { facts, digest, failure: isWhole ? null : 'the engine was stopped before the end' };
  } finally {
    signal.removeEventListener('abort', stop);
    await engine.close();
  }
}
