import { describe, expect, it } from 'vitest';
import type { Input } from '../../../src/engine/domain/inputs.js';
import { Sequencer } from '../../../src/engine/sequencer.js';
import { DependencyError } from '../../../src/operator-error.js';
import { listFeed, receivingFeed } from '../../fakes/engine/list-feed.js';
import { quiet, until } from '../../fakes/engine/until.js';
import { busyTrades } from './live-bench.js';

const TRADES = busyTrades(0);
const STALLED: Input = { kind: 'AuditStalled', reason: 'away', atMs: 0 };
const broken = new DependencyError('cut off', { dependency: 'trades file', retryable: false });

/** Takes until the feed is over, as the runner does. */
async function drain(sequencer: Sequencer, max: number): Promise<Input[]> {
  const taken: Input[] = [];
  while (!sequencer.ended) {
    await sequencer.ready();
    taken.push(...sequencer.take(max));
  }
  return taken;
}

describe('sequencer', () => {
  it('hands over every trade once and in order, whatever the batch sizes', async () => {
    for (const [batchTrades, max] of [
      [1, 7],
      [7, 1],
      [6, 6],
      [100, 3],
    ] as const) {
      const sequencer = new Sequencer();
      const pumping = sequencer.pump(listFeed(TRADES, { batchTrades }), 0);
      expect(await drain(sequencer, max)).toEqual(TRADES);
      await pumping;
    }
  });

  it('begins behind the trades that are to be skipped', async () => {
    const sequencer = new Sequencer();
    void sequencer.pump(listFeed(TRADES), 5);
    expect(await drain(sequencer, 4)).toEqual(TRADES.slice(5));
  });

  it('puts what is urgent before all waiting trades', async () => {
    const sequencer = new Sequencer();
    void sequencer.pump(listFeed(TRADES, { batchTrades: 10 }), 0);
    await sequencer.ready();
    sequencer.urge(STALLED);
    expect(sequencer.take(3)).toEqual([STALLED, ...TRADES.slice(0, 2)]);
  });

  it('asks the feed for more only when the trades before were taken', async () => {
    let asked = -1;
    const sequencer = new Sequencer();
    const gate = (batch: number): undefined => {
      asked = batch;
    };
    void sequencer.pump(listFeed(TRADES, { batchTrades: 5, gate }), 0);
    await quiet();
    expect(asked).toBe(0);
    sequencer.take(4);
    await quiet();
    expect(asked).toBe(0);
    sequencer.take(1);
    await until(() => asked === 1, 'the second request');
  });

  it('hands over what a feed has received when it is asked to finish', async () => {
    const sequencer = new Sequencer();
    const pumping = sequencer.pump(receivingFeed(TRADES), 0);
    await sequencer.ready();
    sequencer.finish();
    expect(await drain(sequencer, 4)).toEqual(TRADES);
    await pumping;
  });

  it('throws the failure of the feed behind the last trade, never ends as if all were well', async () => {
    const sequencer = new Sequencer();
    void sequencer.pump(listFeed(TRADES, { batchTrades: 6, failure: broken }), 0);
    const taken: Input[] = [];
    const reading = async (): Promise<void> => {
      // The runner looks for inputs first and then waits.
      while (!sequencer.ended) {
        taken.push(...sequencer.take(4));
        await sequencer.ready();
      }
    };
    await expect(reading()).rejects.toBe(broken);
    expect(taken).toEqual(TRADES);
  });

  it('goes on behind a batch without trades', async () => {
    const sequencer = new Sequencer();
    const feed = {
      ...listFeed([]),
      inputs: async function* () {
        yield [];
        yield TRADES.slice(0, 2);
        yield [];
      },
    };
    void sequencer.pump(feed, 0);
    const taken: Input[] = [];
    void drain(sequencer, 4).then((all) => taken.push(...all));
    await until(() => taken.length === 2, 'both trades');
    expect(sequencer.ended).toBe(true);
  });

  it('close gives up the waiting trades and keeps what is urgent', async () => {
    const sequencer = new Sequencer();
    const pumping = sequencer.pump(listFeed(TRADES, { batchTrades: 5 }), 0);
    await sequencer.ready();
    sequencer.urge(STALLED);
    sequencer.close();
    await pumping;
    expect(sequencer.take(10)).toEqual([STALLED]);
    expect(sequencer.ended).toBe(true);
  });

  it('a knock ends the wait without an input', async () => {
    const sequencer = new Sequencer();
    let awake = false;
    void sequencer.ready().then(() => {
      awake = true;
    });
    await quiet();
    expect(awake).toBe(false);
    sequencer.knock();
    await until(() => awake);
    expect(sequencer.take(1)).toEqual([]);
  });
});
