import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { STREAMS } from '../../src/engine/domain/wire/streams.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { redisRound, type RedisFault, type RedisRound } from './redis-plan.js';
import { Databases, RedisStage } from './redis-stage.js';
import {
  expectedOf,
  judgeRedisRound,
  ordersWithoutDecision,
  type Expected,
  type RedisVerdict,
} from './redis-verdict.js';
import { withClient } from './verify-run.js';

/** The full form is CDB_REDIS_ROUNDS=30, some 15 minutes. */
const ROUNDS = Number(process.env['CDB_REDIS_ROUNDS'] ?? 2);
const SEED = Number(process.env['CDB_CHAOS_SEED'] ?? 20_200_222);
const SETTLE_MS = 120_000;

interface Proof extends Omit<RedisVerdict, 'faults'> {
  readonly seed: number;
  readonly shards: number;
  readonly suffered: readonly string[];
  readonly seconds: number;
  /** How often somebody who was late was told so. */
  readonly refused: number;
  readonly looks: number;
  readonly faults: readonly string[];
}

let databases: Databases;
const expected = new Map<number, Promise<Expected>>();
beforeAll(async () => {
  databases = await Databases.start();
});
afterAll(() => databases.end());

function wordsOf(fault: RedisFault): string {
  const { kind, lastsMs, ...rest } = fault;
  return [kind, ...Object.values(rest), `${lastsMs} ms`].join(' ');
}

/** While everything happens: no order that can be seen lacks its decision. */
class Onlooker {
  looks = 0;
  readonly faults: string[] = [];
  readonly #stage: RedisStage;
  readonly #link: RedisLink;

  constructor(stage: RedisStage, link: RedisLink) {
    this.#stage = stage;
    this.#link = link;
  }

  async look(): Promise<void> {
    const target = { ...databases.server.connection, database: this.#stage.database };
    try {
      const found = await this.#link.call('look', 'XRANGE', STREAMS.orders.name, '-', '+');
      const ids = (found as [string, string[]][]).map(([, words]) => {
        return words[words.indexOf('order_id') + 1] ?? '';
      });
      this.faults.push(
        ...(await withClient(target, (client) => ordersWithoutDecision(client, ids))),
      );
      this.looks += 1;
    } catch {
      // One of the two servers is away: nothing can be compared now.
    }
  }
}

async function play(round: RedisRound, truth: Expected): Promise<Proof> {
  const startedAtMs = performance.now();
  const stage = await RedisStage.open(databases, round);
  try {
    const onlooker = new Onlooker(stage, await stage.redis.link());
    await stage.flows();
    const suffered: string[] = [];
    const suffering = (async () => {
      for (const { afterMs, fault } of round.faults) {
        await pause(afterMs);
        suffered.push(`${stage.isFinished ? 'after the end: ' : ''}${wordsOf(fault)}`);
        await stage.suffer(fault);
      }
    })();
    let isOver = false;
    void suffering.finally(() => (isOver = true)).catch(() => undefined);
    try {
      await until(
        'the round is over and everything is written',
        async () => {
          stage.watch();
          await onlooker.look();
          return isOver && stage.isFinished;
        },
        SETTLE_MS,
      );
    } catch (error) {
      throw new Error(`seed ${round.seed}: ${suffered.join(', ')}\n${stage.words}`, {
        cause: error,
      });
    }
    await suffering;
    await stage.stop();
    const verdict = await judgeRedisRound(
      {
        shards: round.shards,
        target: { ...databases.server.connection, database: stage.database },
        link: await stage.redis.link(),
      },
      truth,
    );
    const faults = [...verdict.faults, ...stage.faults, ...onlooker.faults];
    if (faults.length > 0) process.stdout.write(`seed ${round.seed}: ${stage.words}\n`);
    return {
      ...{ seed: round.seed, shards: round.shards, suffered, ...verdict, faults },
      seconds: Math.round((performance.now() - startedAtMs) / 1_000),
      refused:
        stage.words.match(/has another owner|was followed by another|lease was lost/g)?.length ?? 0,
      looks: onlooker.looks,
    };
  } finally {
    await stage.end();
  }
}

describe('a run of five processes on one Redis', () => {
  it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
    'loses nothing and repeats nothing, whatever is killed, paused or cut off: seed %i',
    async (seed) => {
      const round = redisRound(seed);
      const known = expected.get(round.shards) ?? expectedOf(databases, round.shards);
      expected.set(round.shards, known);
      const proof = await play(round, await known);
      process.stdout.write(`redis round: ${JSON.stringify(proof)}\n`);
      expect(proof.faults).toEqual([]);
      expect(proof.looks).toBeGreaterThan(0);
      expect(proof.fills).toBeGreaterThan(10);
    },
  );
});
