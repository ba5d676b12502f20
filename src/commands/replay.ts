import { orderProof } from '../engine/decision-record.js';
import { runIds } from '../engine/domain/ids.js';
import type { Fold } from '../engine/fold.js';
import { replay } from '../engine/replay.js';
import { EXIT } from '../operator-error.js';
import { commandConfig } from './command-config.js';
import type { CommandIo } from './command-io.js';
import type { ParsedOptions } from './parsed-options.js';
import { EMIT_KINDS, type EmitKind } from './replay/emit-kinds.js';
import { createEmitter } from './replay/emitter.js';
import type { Services } from './services.js';

/** Ids in the output derive from this name, so that the same file gives the same ids. */
const REPLAY_RUN_ID = 'replay';
const FLUSH_CHARS = 64 * 1024;

/** Folds a trades file and writes the chosen facts as NDJSON, then a summary with the digest. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const config = commandConfig(options, io);
  const hash = await services.hash();
  const feed = await services.tradeFile(options.text('file') ?? 'sample', config.feed.symbols);
  const ids = runIds(hash, REPLAY_RUN_ID);
  const thresholds = config.thresholdValues;
  const proof = { ids, hash, thresholds: () => thresholds };
  const emit = createEmitter({
    kinds: emitKinds(options),
    ids,
    hash,
    proofOf: (order) => orderProof(order, proof),
  });
  const mode = options.text('mode') === 'shadow' ? 'shadow' : 'paper';

  let waiting = '';
  const flush = async (): Promise<void> => {
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    if (!io.stdout(text)) await io.stdoutDrained();
  };
  try {
    const fold = await replay(
      feed,
      { hash, thresholds, seed: config.run.seed, mode },
      (step) => {
        waiting += emit(step);
      },
      async () => {
        if (waiting.length > FLUSH_CHARS) await flush();
      },
      io.deadline,
    );
    io.deadline.throwIfAborted();
    waiting += summaryLine(fold);
  } finally {
    // Also after a fault: what was folded before it holds.
    await flush();
  }
  return EXIT.OK;
}

function summaryLine(fold: Fold): string {
  const { state, digest } = fold;
  const { accepted, faults } = state.intake;
  const summary = { kind: 'summary', trades: state.tradesSeen, accepted, refused: faults, digest };
  return `${JSON.stringify(summary)}\n`;
}

function emitKinds(options: ParsedOptions): ReadonlySet<EmitKind> {
  return new Set(options.list('emit').filter(isEmitKind));
}

function isEmitKind(name: string): name is EmitKind {
  return EMIT_KINDS.some((kind) => kind === name);
}
