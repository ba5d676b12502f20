import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../src/adapters/live-feed/backoff.js';
import {
  ConnectionPlan,
  type PlanAction,
} from '../../../../src/adapters/live-feed/connection-plan.js';
import type { StreamMessage } from '../../../../src/adapters/live-feed/venue-stream.js';

const LIMITS = {
  connectMs: 10_000,
  silentMs: 30_000,
  dataMs: 60_000,
  rotateMs: 3_600_000,
  overlapMs: 30_000,
};
const STREAM = {
  symbolsPerConnectionMax: 2,
  keepAlive: { text: 'PING', everyMs: 15_000 },
  subscribeTexts: (symbols: readonly string[]) => [`SUB ${symbols.join(',')}`],
};
const PONG: StreamMessage = { kind: 'pong' };
const dataOf = (symbol: string): StreamMessage => {
  return { kind: 'trades', symbol, sentAtMs: null, trades: [] };
};

/** A plan in a time that passes in quarter seconds, as the shell lets it. */
function bench(symbols: readonly string[] = ['A'], random = () => 0.5) {
  const plan = new ConnectionPlan(STREAM, symbols, { limits: LIMITS, random, nowMs: 0 });
  const actions: (PlanAction & { readonly atMs: number })[] = [];
  let nowMs = 0;
  let covered = true;
  const act = (list: readonly PlanAction[]) => {
    actions.push(...list.map((action) => ({ ...action, atMs: nowMs })));
  };
  return {
    plan,
    pass: (ms: number, each: () => void = () => undefined) => {
      for (const end = nowMs + ms; nowMs < end; nowMs += 250) {
        each();
        act(plan.tick(nowMs, () => covered));
      }
    },
    open: (id: number) => {
      act(plan.opened(id, nowMs));
    },
    hear: (id: number, message: StreamMessage) => {
      act(plan.message(id, message, nowMs));
    },
    close: (id: number, why = 'cut') => {
      plan.closed(id, why, nowMs);
    },
    setCovered: (value: boolean) => {
      covered = value;
    },
    of: <K extends PlanAction['kind']>(kind: K) =>
      actions.filter(
        (action): action is Extract<typeof action, { kind: K }> => action.kind === kind,
      ),
    now: () => nowMs,
  };
}

describe('the plan of connections', () => {
  it('splits symbols over connections and subscribes when each is open', () => {
    const b = bench(['A', 'B', 'C']);
    b.pass(250);
    expect(b.of('open').map(({ connection, symbols }) => [connection, symbols])).toEqual([
      [1, ['A', 'B']],
      [2, ['C']],
    ]);
    b.open(2);
    expect(b.plan.connections().map(({ state, why }) => [state, why])).toEqual([
      ['connecting', 'not connected yet'],
      ['open', ''],
    ]);
    expect(b.of('send')).toMatchObject([{ connection: 2, texts: ['SUB C'] }]);
  });

  it('pings while it lives, and gives up on a connection that is silent', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.pass(29_000);
    expect(b.of('send').map(({ texts }) => texts[0])).toEqual(['SUB A', 'PING']);
    b.pass(2_000);
    expect(b.of('close')).toMatchObject([{ connection: 1, why: 'no sign of life for 30000 ms' }]);
  });

  it('gives up on a connection that answers but brings no data', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.pass(59_000, () => {
      b.hear(1, PONG);
    });
    expect(b.of('close')).toEqual([]);
    b.pass(2_000, () => {
      b.hear(1, PONG);
    });
    expect(b.of('close')).toMatchObject([{ why: 'no data for 60000 ms' }]);
  });

  it('gives up on a connection that does not open', () => {
    const b = bench();
    b.pass(10_750);
    expect(b.of('close')).toMatchObject([{ connection: 1, why: 'no connection within 10000 ms' }]);
  });

  it('is back within a second after a cut behind flowing data, every time', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        const b = bench(['A'], () => random);
        b.pass(250);
        for (let id = 1; id <= 5; id += 1) {
          b.open(id);
          b.pass(2_000, () => {
            b.hear(id, dataOf('A'));
          });
          const cutAtMs = b.now();
          b.close(id);
          b.pass(1_000);
          const next = b.of('open').find(({ connection }) => connection === id + 1);
          expect((next?.atMs ?? Infinity) - cutAtMs).toBeLessThan(1_000);
        }
      }),
    );
  });

  it('waits longer each time, to a bound', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => backoffMs(failures, 0.5));
    expect(waits).toEqual([...waits].sort((a, c) => a - c));
    expect(waits.at(-1)).toBe(22_500);
  });

  it('does not take a single frame for a success', () => {
    const b = bench(['A'], () => 0.999);
    const openedAt: number[] = [];
    for (let id = 1; id <= 6; id += 1) {
      while (b.of('open').length < id) b.pass(250);
      openedAt.push(b.now());
      b.open(id);
      b.hear(id, dataOf('A'));
      b.close(id);
    }
    const waits = openedAt.slice(1).map((at, i) => at - (openedAt[i] ?? 0));
    expect(waits.at(-1)).toBeGreaterThan(4_000);
  });

  it('brings up a successor before the old one goes', () => {
    const b = bench();
    b.setCovered(false);
    b.pass(250);
    b.open(1);
    b.pass(LIMITS.rotateMs + 1_000, () => {
      b.hear(1, dataOf('A'));
    });
    expect(b.of('open')).toHaveLength(2);
    b.open(2);
    b.hear(2, dataOf('A'));
    b.pass(1_000, () => {
      b.hear(1, dataOf('A'));
    });
    expect(b.of('close')).toEqual([]);
    b.setCovered(true);
    b.pass(250);
    expect(b.of('close')).toMatchObject([{ connection: 1, why: 'replaced by a newer connection' }]);
    expect(b.plan.connections().map(({ id }) => id)).toEqual([2]);
  });

  it('rotates without a proof in the end, and keeps the old one while no successor opens', () => {
    const b = bench();
    b.setCovered(false);
    b.pass(250);
    b.open(1);
    const alive = () => {
      b.hear(1, dataOf('A'));
    };
    b.pass(LIMITS.rotateMs + 12_000, alive);
    expect(b.of('close').map(({ connection }) => connection)).toEqual([2]);
    b.pass(31_000, alive);
    const third = b.of('open').at(-1)?.connection ?? 0;
    expect(third).toBe(3);
    b.open(third);
    b.pass(31_000, () => {
      alive();
      b.hear(third, dataOf('A'));
    });
    expect(b.of('close').at(-1)).toMatchObject({
      connection: 1,
      why: 'replaced without a proven overlap',
    });
  });

  it('does not give up what flows for what does not', () => {
    const b = bench(['A', 'B']);
    b.setCovered(false);
    b.pass(250);
    b.open(1);
    const alive = () => {
      for (const symbol of ['A', 'B']) b.hear(1, dataOf(symbol));
    };
    b.pass(LIMITS.rotateMs + 1_000, alive);
    b.open(2);
    b.pass(31_000, () => {
      alive();
      b.hear(2, PONG);
    });
    expect(b.of('close')).toMatchObject([
      { connection: 2, why: expect.stringContaining('brings less than connection 1') },
    ]);
    b.pass(30_000, alive);
    b.open(3);
    b.hear(3, { kind: 'answered', accepted: ['A'], rejected: ['B'], why: 'Blocked!' });
    expect(b.plan.rejection('B')).toBeUndefined();
    b.pass(31_000, () => {
      alive();
      b.hear(3, dataOf('A'));
    });
    expect(b.of('close').map(({ connection }) => connection)).toEqual([2, 3]);
  });

  it('takes nothing for data that nobody asked for, and remembers none of its names', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.pass(61_000, () => {
      b.hear(1, dataOf('Z'));
      b.hear(1, { kind: 'answered', accepted: [], rejected: ['Y'], why: 'Blocked!' });
    });
    expect(b.of('close')).toMatchObject([{ why: 'no data for 60000 ms' }]);
    expect(b.plan.rejection('Y')).toBeUndefined();
  });

  it('is back at once where a quiet market ends each connection', () => {
    const b = bench(['A'], () => 0.999);
    for (let id = 1; id <= 6; id += 1) {
      while (b.of('open').length < id) b.pass(250);
      b.open(id);
      b.pass(10_000);
      b.hear(id, dataOf('A'));
      while (b.of('close').length < id) {
        b.pass(250, () => {
          b.hear(id, PONG);
        });
      }
      expect(b.plan.connections()).toMatchObject([
        { state: 'waiting', downSinceMs: b.now() - 250 },
      ]);
    }
    const last = [b.of('close').at(-2)?.atMs ?? 0, b.of('open').at(-1)?.atMs ?? Infinity] as const;
    expect(last[1] - last[0]).toBeLessThan(1_000);
  });

  it('says since when it is down, however often it opens for a moment', () => {
    const b = bench();
    for (let id = 1; id <= 5; id += 1) {
      while (b.of('open').length < id) b.pass(250);
      b.open(id);
      b.pass(250);
      b.close(id);
    }
    expect(b.plan.connections()).toMatchObject([{ state: 'waiting', downSinceMs: 0 }]);
  });

  it('does not follow a venue that says all the time that it closes', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.pass(29_000, () => {
      const newest = b.plan.connections().at(-1);
      if (newest?.state === 'connecting') b.open(newest.id);
      for (const { id } of b.plan.connections()) {
        b.hear(id, dataOf('A'));
        b.hear(id, { kind: 'closing', why: 'maintenance' });
      }
    });
    expect(b.of('open')).toHaveLength(2);
  });

  it('brings up a successor at once when the venue says that it closes', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.hear(1, { kind: 'closing', why: 'maintenance' });
    expect(b.of('open')).toHaveLength(2);
    b.hear(1, { kind: 'closing', why: 'maintenance' });
    expect(b.of('open')).toHaveLength(2);
  });

  it('goes on with the successor when the old one is lost meanwhile', () => {
    const b = bench();
    b.pass(250);
    b.open(1);
    b.hear(1, { kind: 'closing', why: 'maintenance' });
    b.open(2);
    b.close(1);
    b.pass(5_000, () => {
      b.hear(2, dataOf('A'));
    });
    expect(b.of('open')).toHaveLength(2);
    expect(b.plan.connections()).toMatchObject([{ id: 2, state: 'live' }]);
  });

  it('remembers what the venue refuses, until data come all the same', () => {
    const b = bench(['A', 'B']);
    b.pass(250);
    b.open(1);
    b.hear(1, { kind: 'answered', accepted: ['B'], rejected: ['A'], why: 'Blocked!' });
    expect([b.plan.rejection('A'), b.plan.rejection('B')]).toEqual(['Blocked!', undefined]);
    b.hear(1, dataOf('A'));
    expect(b.plan.rejection('A')).toBeUndefined();
  });

  it('asks again for a symbol that was never heard of, once a minute', () => {
    const b = bench(['A', 'B']);
    b.pass(250);
    b.open(1);
    b.pass(121_000, () => {
      b.hear(1, dataOf('A'));
    });
    const asked = b.of('send').filter(({ texts }) => texts[0] === 'SUB B');
    expect(asked).toHaveLength(2);
  });
});
