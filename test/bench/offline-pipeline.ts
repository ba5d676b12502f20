import { openFileFeed } from '../../src/adapters/files-feed/open-file-feed.js';
import { nodeHash } from '../../src/adapters/node-hash.js';
import { THRESHOLD_SETS } from '../../src/engine/domain/thresholds.js';
import { Fold } from '../../src/engine/fold.js';
import { openingInputs } from '../../src/engine/replay.js';
import { onlyTrades } from '../fakes/engine/only-trades.js';

/** (a) Feed reading, fold and digest over real trades of four streams, one process. */
const FILE = 'test/fixtures/trades/binance-4streams-20240808.csv.gz';
const PASSES = 20;
/** Longer than the recording, whole minutes: windows of two passes never meet. */
const SHIFT_MS = 15 * 60_000;

interface Pass {
  readonly trades: number;
  readonly seconds: number;
  readonly trades_per_sec: number;
}

const fold = new Fold(nodeHash);
let seq = 0;
const thresholds = THRESHOLD_SETS.default;
for (const input of openingInputs({ thresholds, seed: 1, mode: 'paper' })) {
  fold.apply({ seq: ++seq, input });
}
let facts = 0;
const passes: Pass[] = [];
let rssBytesMax = 0;
for (let pass = 0; pass < PASSES; pass++) {
  const startedAtMs = performance.now();
  const before = seq;
  const feed = await openFileFeed(FILE, {});
  for await (const batch of feed.inputs(0, new AbortController().signal)) {
    for (const trade of onlyTrades(batch)) {
      const tsMs = (trade.tsMs ?? 0) + pass * SHIFT_MS;
      const input = { ...trade, tsMs, receivedAtMs: trade.receivedAtMs + pass * SHIFT_MS };
      facts += fold.apply({ seq: ++seq, input }).length;
    }
    rssBytesMax = Math.max(rssBytesMax, process.memoryUsage.rss());
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  const trades = seq - before;
  passes.push({ trades, seconds, trades_per_sec: Math.round(trades / seconds) });
}
const rates = passes
  .slice(1)
  .map((pass) => pass.trades_per_sec)
  .sort((a, b) => a - b);
process.stdout.write(
  JSON.stringify({
    file: FILE,
    passes: PASSES,
    first_pass: passes[0],
    later_passes: {
      trades_per_sec_median: rates[Math.floor(rates.length / 2)],
      trades_per_sec_min: rates[0],
      trades_per_sec_max: rates.at(-1),
      aim: 150_000,
    },
    facts,
    accepted: fold.state.intake.accepted,
    refused: fold.state.intake.faults,
    rss_bytes_max: rssBytesMax,
    rss_aim_bytes: 200 * 1024 * 1024,
    digest: fold.digest,
  }),
);
