import { runIds } from '../../engine/domain/ids.js';
import type { Hash } from '../../engine/domain/hash.js';
import { replay } from '../../engine/replay.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { envelopeLines } from '../replay/envelope-lines.js';
import type { Services } from '../services.js';
import { tellEvaluation, type EvaluateServices } from './evaluation.js';

const PASSES = 2;
/** Ids derive from it: with another name in each pass nothing could be the same. */
const RUN_ID = 'replay';

type ReplayServices = EvaluateServices & Pick<Services, 'tradeFile'>;

interface Pass {
  readonly trades: number;
  readonly envelopes: number;
  /** Of the state at the end. */
  readonly digest: string;
  /** Over every envelope with its chain, in order. */
  readonly signature: string;
}

/** LR-021: folds a trades file twice from nothing. 0 only where both passes say the very same. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: ReplayServices,
): Promise<number> {
  const source = options.text('file') ?? 'sample';
  const hash = await services.hash();
  const passes: Pass[] = [];
  while (passes.length < PASSES)
    passes.push(await onePass(source, { options, io, services, hash }));
  const fault = difference(passes);
  const verdict = fault === null ? 'PASS' : 'FAIL';
  const [first] = passes;
  const figures = `${first?.trades ?? 0} trades, ${first?.envelopes ?? 0} envelopes`;
  return tellEvaluation(
    {
      command: 'evaluate.replay-twice',
      isPass: fault === null,
      data: { verdict, why: fault ?? '', passes },
      text: `replay twice: ${verdict}   ${fault ?? `${figures}, signature ${first?.signature ?? ''}`}\n`,
    },
    {
      kind: 'replay',
      fault,
      says: `two passes over ${figures} are the same`,
      evidenceAt: new Date(io.nowMs()).toISOString(),
      sources: {},
    },
    { options, io, services },
  );
}

interface PassCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: ReplayServices;
  readonly hash: Hash;
}

async function onePass(source: string, { options, io, services, hash }: PassCall): Promise<Pass> {
  const config = commandConfig(options, io);
  const feed = await services.tradeFile(source, config.feed.symbols);
  const lineOf = envelopeLines(runIds(hash, RUN_ID), hash);
  let signature = '';
  let envelopes = 0;
  const fold = await replay(
    feed,
    { hash, thresholds: config.thresholdValues, seed: config.run.seed, mode: 'paper' },
    ({ outputs }) => {
      for (const fact of outputs) {
        const line = lineOf(fact);
        if (line === '') continue;
        envelopes += 1;
        signature = hash.sha256Hex(`${signature}:${line}`);
      }
    },
    () => Promise.resolve(),
    io.deadline,
  );
  io.deadline.throwIfAborted();
  return { trades: fold.state.tradesSeen, envelopes, digest: fold.digest, signature };
}

function difference([first, second]: readonly Pass[]): string | null {
  if (first === undefined || second === undefined) return 'not every pass was made';
  if (first.envelopes === 0) return 'nothing was decided, so nothing was compared';
  if (first.envelopes !== second.envelopes) {
    return `${first.envelopes} envelopes, then ${second.envelopes}`;
  }
  if (first.signature !== second.signature) return 'the envelopes differ';
  return first.digest === second.digest ? null : 'the states at the end differ';
}
