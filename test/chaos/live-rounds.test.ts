import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startFakeMexc } from '../fakes/mexc/fake-mexc.js';
import { STREAM_FAULTS } from '../fakes/mexc/fault-plan.js';
import type { FaultKind } from '../fakes/mexc/faults.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { Workplace } from './engine-process.js';
import { journaledFeed, judgeRound, type RoundVerdict } from './live-round.js';

/** The full form is 20 rounds of 60 s: CDB_LIVE_ROUNDS=20 CDB_LIVE_SECONDS=60. */
const ROUNDS = Number(process.env['CDB_LIVE_ROUNDS'] ?? 2);
const SECONDS = Number(process.env['CDB_LIVE_SECONDS'] ?? 12);
const SEED = Number(process.env['CDB_CHAOS_SEED'] ?? 20_200_222);
/** The market's own ids are what proves order; without them two trades can't be told apart. */
const KINDS = STREAM_FAULTS.filter((kind) => kind !== 'fields-missing');
/** While these last an attempt that starts at once does not succeed at once. */
const HANDSHAKE: readonly FaultKind[] = [
  'handshake-slow',
  'handshake-refused',
  'connection-refused',
];

const RSS_MIB_MAX = 300;

interface Proof extends RoundVerdict {
  readonly seed: number;
  readonly rssMib: readonly number[];
}

const proofs: Proof[] = [];
afterAll(() => {
  process.stdout.write(`live rounds: ${JSON.stringify(proofs)}\n`);
});

describe('a live feed with every fault on', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
    'journals every trade that it read, once and in order, and reports every gap: seed %i',
    async (seed) => {
      // Every other round without faults of the handshake, so that the return can be timed.
      const kinds = seed % 2 === 0 ? KINDS : KINDS.filter((kind) => !HANDSHAKE.includes(kind));
      const place = new Workplace();
      const venue = await startFakeMexc({
        speed: 20,
        seed,
        trades: { from: 'file', path: TRADES, repeat: true },
        tradesBegin: 'first-subscription',
        faultPlan: { seed, kinds, everyMs: 1_500, fromMs: 5_000, faultsMax: 200 },
      });
      try {
        const recording = join(place.path, 'recording.txt');
        const engine = place.start(
          ['run', '--shadow', '--record', recording, '--duration', `${SECONDS}s`, '--quiet'],
          {
            env: {
              CDB_FEED_MEXC_URL: venue.wsUrl.replace(/\/ws$/, ''),
              CDB_FEED_MEXC_REST_URL: venue.restUrl,
              CDB_FEED_ROTATE_AFTER_MS: '7s',
            },
          },
        );
        const rssMib: number[] = [];
        let over = false;
        void engine.ended.then(() => (over = true));
        await until(
          'the round is over',
          () => {
            if (!over) rssMib.push(rssOf(engine.pid));
            return over;
          },
          (SECONDS + 60) * 1_000,
        );
        expect((await engine.ended).status, engine.words).toBe(0);
        const verdict = judgeRound(await journaledFeed(place.stateDir), venue, recording);
        proofs.push({ ...verdict, seed, rssMib: thirds(rssMib) });
        expect(verdict.trades).toBeGreaterThan(SECONDS * 10);
        if (seed % 2 === 1) for (const ms of verdict.reconnectsMs) expect(ms).toBeLessThan(1_000);
        // A minute is too short to tell growth from a heap that is not collected yet.
        expect(Math.max(...rssMib)).toBeLessThan(RSS_MIB_MAX);
      } finally {
        await venue.close();
        await place.end();
      }
    },
  );
});

const TRADES = join(import.meta.dirname, '../fixtures/trades/binance-spot-btcusdt-20240808.csv.gz');

/** 0 when it has gone. */
function rssOf(pid: number): number {
  try {
    const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** The median of each third. */
function thirds(values: readonly number[]): readonly number[] {
  const known = values.filter((value) => value > 0);
  const size = Math.floor(known.length / 3);
  return [0, 1, 2].map((n) => {
    const part = known.slice(n * size, (n + 1) * size).sort((a, b) => a - b);
    return part[Math.floor(part.length / 2)] ?? 0;
  });
}
