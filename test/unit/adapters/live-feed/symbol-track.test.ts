import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionLife } from '../../../../src/adapters/live-feed/carrier.js';
import { SymbolTrack, type Taken } from '../../../../src/adapters/live-feed/symbol-track.js';
import type { StreamTrade } from '../../../../src/adapters/live-feed/venue-stream.js';

const T0 = 1_700_000_000_000;

type Ids = 'none' | 'opaque' | 'contiguous';

function trade(n: number, ids: Ids, tsMs = T0 + n * 10): StreamTrade {
  const tradeId = { none: null, opaque: `x${n}X0`, contiguous: String(1_000 + n) }[ids];
  return { price: String(n), qty: '1', side: 'buy', tradeId, tsMs };
}

/** A track with connections, and everything that it gave. */
function bench(ids: Ids) {
  const track = new SymbolTrack(ids === 'contiguous');
  const given: Taken[] = [];
  const lives = new Map<number, ConnectionLife>();
  let localMs = T0;
  return {
    track,
    pass: (ms: number) => {
      localMs += ms;
    },
    alive: (id: number) => {
      const life = lives.get(id);
      if (life !== undefined) life.aliveAtMs = localMs;
    },
    carry: (id: number) => {
      const life = { id, aliveAtMs: localMs };
      lives.set(id, life);
      track.carry(life);
    },
    accept: (id: number) => {
      track.accept(id, localMs);
    },
    say: (id: number, ...numbers: number[]) => {
      const trades = numbers.map((n) => trade(n, ids));
      given.push(...track.take(id, trades, { localMs, venueMs: localMs + 10_000 }));
    },
    drop: (id: number) => {
      const taken = track.drop(id, localMs);
      given.push(...taken);
      return taken.some((one) => 'lost' in one);
    },
    note: (taken: readonly Taken[]) => {
      given.push(...taken);
    },
    tick: () => {
      given.push(...track.passTime(localMs));
    },
    /** Trades that were given one after the other, without a word between them. */
    get untold() {
      const pairs: [number, number][] = [];
      let before: number | null = null;
      for (const one of given) {
        if (!('trade' in one)) {
          before = null;
          continue;
        }
        const n = Number(one.trade.price);
        if (before !== null) pairs.push([before, n]);
        before = n;
      }
      return pairs;
    },
    get losses() {
      return given.flatMap((one) => ('lost' in one ? [one.lost] : []));
    },
    get numbers() {
      return given.flatMap((one) => ('trade' in one ? [Number(one.trade.price)] : []));
    },
    get gaps() {
      return given.flatMap((one) =>
        'gap' in one ? [[one.gap.reason, one.gap.tradesMissing] as const] : [],
      );
    },
  };
}

const EVERY: readonly Ids[] = ['none', 'opaque', 'contiguous'];

describe('a symbol on one connection', () => {
  it.each(EVERY)('gives every trade once and in order, ids: %s', (ids) => {
    const b = bench(ids);
    b.carry(1);
    b.say(1, 0, 1, 2);
    b.say(1);
    b.say(1, 3, 4);
    expect(b.numbers).toEqual([0, 1, 2, 3, 4]);
    expect(b.gaps).toEqual([['start', null]]);
  });

  it('keeps trades that are alike where they have no ids', () => {
    const b = bench('none');
    b.carry(1);
    b.say(1, 5, 5, 5);
    b.say(1, 5);
    expect(b.numbers).toEqual([5, 5, 5, 5]);
  });

  it('counts the trades that contiguous ids skip', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 0, 1, 5);
    expect(b.gaps).toEqual([
      ['start', null],
      ['ids_missing', 3],
    ]);
  });

  it('takes ids that begin again, and says that it does not know', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 50);
    const again = { ...trade(0, 'contiguous'), tsMs: T0 + 60_000 };
    const taken = b.track.take(1, [again], { localMs: T0, venueMs: T0 + 60_000 });
    expect(taken).toMatchObject([
      { gap: { reason: 'ids_missing', tradesMissing: null } },
      { trade: { tradeId: '1000' } },
    ]);
  });

  it('knows nothing of a connection that does not carry it', () => {
    const b = bench('opaque');
    b.say(7, 1);
    expect(b.numbers).toEqual([]);
  });
});

describe('a symbol whose connection is lost', () => {
  it.each([
    ['none', null],
    ['opaque', null],
    ['contiguous', 4],
  ] as const)('reports the gap at the first trade behind it, ids: %s', (ids, missing) => {
    const b = bench(ids);
    b.carry(1);
    b.say(1, 0, 1);
    expect(b.drop(1)).toBe(true);
    b.carry(2);
    b.say(2, 6, 7);
    expect(b.numbers).toEqual([0, 1, 6, 7]);
    expect(b.gaps).toEqual([
      ['start', null],
      ['connection_lost', missing],
    ]);
  });

  it('ends the loss also when nothing was missed', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 0);
    b.drop(1);
    b.carry(2);
    b.say(2, 1);
    expect(b.gaps.at(-1)).toEqual(['connection_lost', 0]);
  });

  it.each(EVERY)('takes nothing again that a venue repeats, ids: %s', (ids) => {
    const b = bench(ids);
    b.carry(1);
    b.say(1, 0, 1, 2);
    b.drop(1);
    b.carry(2);
    b.say(2, 1, 2, 3);
    expect(b.numbers).toEqual([0, 1, 2, 3]);
  });

  it('is told once, however often it fails', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    expect(b.drop(1)).toBe(true);
    b.carry(2);
    expect(b.drop(2)).toBe(false);
    b.carry(3);
    b.say(3, 1);
    expect(b.gaps).toHaveLength(2);
  });
});

describe('a symbol over two connections', () => {
  it.each(EVERY)('gives each trade once when the first hands over, ids: %s', (ids) => {
    const b = bench(ids);
    b.carry(1);
    b.say(1, 0, 1);
    b.carry(2);
    b.say(1, 2);
    b.say(2, 2, 3);
    expect(b.track.isCovered(1, 2)).toBe(true);
    b.say(1, 3);
    b.say(2, 4);
    b.drop(1);
    b.say(2, 5);
    expect(b.numbers).toEqual([0, 1, 2, 3, 4, 5]);
    expect(b.gaps.slice(1)).toEqual(ids === 'none' ? [['overlap_cut', null]] : []);
  });

  it('does not let the first go before the second covers it', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0, 1);
    b.carry(2);
    expect(b.track.isCovered(1, 2)).toBe(false);
    b.say(2, 3);
    expect(b.track.isCovered(1, 2)).toBe(false);
    b.say(1, 2, 3);
    expect(b.track.isCovered(1, 2)).toBe(true);
  });

  it('hands a quiet symbol over when the old connection outlived the subscription', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.accept(2);
    expect(b.track.isCovered(1, 2)).toBe(false);
    b.pass(2_000);
    b.alive(1);
    expect(b.track.isCovered(1, 2)).toBe(true);
    expect(b.drop(1)).toBe(false);
    b.say(2, 1);
    expect(b.gaps).toEqual([['start', null]]);
  });

  it('passes the turn to the second when the first says nothing', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.pass(100);
    b.say(2, 1);
    expect(b.numbers).toEqual([0]);
    b.pass(3_000);
    b.say(2, 2);
    expect(b.numbers).toEqual([0, 1, 2]);
    b.say(1, 1, 2, 3);
    b.say(2, 3);
    expect(b.numbers).toEqual([0, 1, 2, 3]);
  });

  it('does not take a quiet first one for a dead one when the second is a moment earlier', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.accept(2);
    b.pass(60_000);
    b.alive(1);
    b.say(2, 1);
    b.pass(50);
    b.tick();
    b.say(1, 1);
    b.drop(1);
    b.say(2, 2);
    expect(b.numbers).toEqual([0, 1, 2]);
    expect(b.gaps).toEqual([['start', null]]);
  });

  it('hands a quiet symbol over also when the first ends before it has said the newest', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.accept(2);
    b.pass(60_000);
    b.alive(1);
    b.say(2, 1);
    expect(b.drop(1)).toBe(false);
    expect(b.numbers).toEqual([0, 1]);
    expect(b.gaps).toEqual([['start', null]]);
  });

  it('does not wait for a trade when the first keeps one to itself', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.accept(2);
    b.pass(60_000);
    b.say(2, 1);
    b.pass(2_500);
    b.alive(1);
    b.tick();
    expect(b.numbers).toEqual([0, 1]);
    expect(b.gaps.at(-1)).toEqual(['connection_lost', null]);
  });

  describe.each(EVERY)('when the second ends that alone has said something, ids: %s', (ids) => {
    function secondEnds() {
      const b = bench(ids);
      b.carry(1);
      b.say(1, 0, 1);
      b.carry(2);
      b.say(2, 1, 2, 3);
      b.drop(2);
      return b;
    }

    it('leaves the word to the first', () => {
      const b = secondEnds();
      b.say(1, 2, 3, 4);
      expect(b.numbers).toEqual([0, 1, 2, 3, 4]);
      expect(b.gaps).toHaveLength(1);
    });

    it('keeps it when the first says nothing', () => {
      const b = secondEnds();
      b.pass(2_500);
      b.tick();
      expect(b.numbers).toEqual([0, 1, 2, 3]);
      b.say(1, 2, 3, 4);
      expect(b.numbers).toEqual([0, 1, 2, 3, 4]);
    });

    it('keeps it when the first ends as well', () => {
      const b = secondEnds();
      expect(b.drop(1)).toBe(true);
      expect(b.numbers).toEqual([0, 1, 2, 3]);
    });
  });

  it('tells of the hole of a first that goes on ahead of the second', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0, 1);
    b.carry(2);
    b.accept(2);
    b.pass(1_500);
    b.alive(1);
    b.say(2, 5, 6);
    b.say(1, 9);
    b.say(2, 7, 8, 9);
    b.say(1, 10);
    b.say(2, 10);
    expect(b.numbers).toEqual([0, 1, 5, 6, 7, 8, 9, 10]);
    expect(b.gaps.slice(1)).toEqual([['connection_lost', null]]);
  });

  it('waits where times do not tell which of two goes first, and not for ever', () => {
    const b = bench('opaque');
    const at = { localMs: T0, venueMs: T0 };
    const sameMs = [1, 2, 3].map((n) => trade(n, 'opaque', T0 + 10)) as [
      StreamTrade,
      StreamTrade,
      StreamTrade,
    ];
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.note(b.track.take(2, [sameMs[1]], at));
    b.note(b.track.take(1, [sameMs[0]], at));
    expect(b.numbers).toEqual([0]);
    b.note(b.track.take(1, [sameMs[1]], at));
    expect(b.numbers).toEqual([0, 1, 2]);
    b.note(b.track.take(2, [sameMs[2]], at));
    b.note(b.track.take(1, [trade(4, 'opaque', T0 + 10)], at));
    expect(b.numbers).toEqual([0, 1, 2]);
    b.pass(2_500);
    b.tick();
    expect(b.numbers).toEqual([0, 1, 2, 4, 3]);
  });

  it.each(['opaque', 'contiguous'] as const)(
    'passes the turn to the second when the first leaves trades out, ids: %s',
    (ids) => {
      const b = bench(ids);
      b.carry(1);
      b.say(1, 0, 1);
      b.carry(2);
      b.say(2, 3, 4, 5, 6);
      b.say(1, 6, 7);
      b.say(2, 7, 8);
      b.drop(1);
      expect(b.numbers).toEqual([0, 1, 3, 4, 5, 6, 7, 8]);
      expect(b.gaps.slice(1)).toEqual([['connection_lost', ids === 'opaque' ? null : 1]]);
    },
  );

  it('says that trades may be missing when the second began too late', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.say(2, 5);
    b.drop(1);
    expect(b.numbers).toEqual([0, 5]);
    expect(b.gaps.at(-1)).toEqual(['connection_lost', null]);
  });

  it('loses nothing and repeats nothing, however the two are late against each other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Ids>('opaque', 'contiguous'),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 0, max: 8 }),
        fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
        (ids, joinsAt, early, late, firstSpeaks) => {
          const b = bench(ids);
          b.carry(1);
          b.say(1, 0);
          let [one, two] = [1, joinsAt];
          let joined = false;
          for (const first of firstSpeaks) {
            if (!joined && one >= joinsAt - early) {
              b.carry(2);
              joined = true;
            }
            if (first || !joined) b.say(1, one++);
            else if (two <= one + late) b.say(2, two++);
          }
          if (one > joinsAt && two > joinsAt) {
            b.drop(1);
            const end = Math.max(one, two);
            while (two <= end) b.say(2, two++);
            const whole = Array.from({ length: two }, (_, n) => n);
            expect(b.numbers).toEqual(whole);
            expect(b.gaps).toHaveLength(1);
          }
        },
      ),
    );
  });
});

/** What the venue sends over one connection: which trades, of those that it is subscribed to. */
const CONNECTION = fc.record({
  from: fc.nat(40),
  count: fc.integer({ min: 1, max: 40 }),
  silences: fc.array(fc.record({ from: fc.nat(60), count: fc.integer({ min: 1, max: 15 }) }), {
    maxLength: 2,
  }),
});

describe('a symbol over connections that come, fall silent, go on and end', () => {
  it.each(['opaque', 'contiguous'] as const)(
    'gives all that any has said, once, in order, and tells of what nobody has said, ids: %s',
    (ids) => {
      fc.assert(
        fc.property(
          fc.array(CONNECTION, { minLength: 1, maxLength: 4 }),
          fc.array(fc.nat(1_500), { minLength: 80, maxLength: 80 }),
          fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
          (connections, pausesMs, backwards) => {
            const b = bench(ids);
            const said = connections.map((): number[] => []);
            const isSilent = (c: number, n: number) =>
              connections[c]?.silences.some(({ from, count }) => n >= from && n < from + count);
            const order = connections.map((_, c) => c);
            for (let n = 0; n <= 80; n += 1) {
              const turns = backwards[n] === true ? order.toReversed() : order;
              for (const c of turns) if (connections[c]?.from === n) b.carry(c);
              for (const c of turns) {
                const { from = 0, count = 0 } = connections[c] ?? {};
                if (n < from || n >= from + count || isSilent(c, n) === true) continue;
                b.alive(c);
                b.say(c, n);
                said[c]?.push(n);
              }
              for (const c of turns) {
                const { from = 0, count = 0 } = connections[c] ?? {};
                if (n === from + count) b.drop(c);
              }
              b.pass(pausesMs[n] ?? 0);
              b.tick();
            }
            const whole = [...new Set(said.flat())].sort((x, y) => x - y);
            expect(b.numbers).toEqual(whole);
            for (const [before, behind] of b.untold) {
              // Where one connection has said the two in a row, nobody can know better.
              const isSaidInARow = said.some(
                (one) => one.includes(before) && one[one.indexOf(before) + 1] === behind,
              );
              if (behind > before + 1)
                expect({ before, behind, isSaidInARow }).toMatchObject({
                  isSaidInARow: ids === 'opaque',
                });
            }
          },
        ),
        { numRuns: 3_000 },
      );
    },
  );
});

describe('a symbol and what is broken', () => {
  it('reports a frame that can not be read, on whichever connection', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.note(b.track.noteUnreadable(1, T0));
    expect(b.losses).toEqual(['unreadable']);
    b.say(1, 2);
    b.carry(2);
    b.say(2, 2);
    b.note(b.track.noteUnreadable(2, T0));
    b.say(1, 3);
    expect(b.losses).toHaveLength(1);
    expect(b.gaps).toEqual([
      ['start', null],
      ['unreadable', null],
    ]);
    b.drop(1);
    b.say(2, 5);
    expect(b.gaps.at(-1)).toEqual(['unreadable', null]);
    expect(b.numbers).toEqual([0, 2, 3, 5]);
  });

  it('knows by ids that an unreadable frame held no trade', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 0);
    b.note(b.track.noteUnreadable(1, T0));
    b.note(b.track.noteUnreadable(1, T0));
    b.say(1, 1);
    expect(b.losses).toEqual(['unreadable']);
    expect(b.gaps.at(-1)).toEqual(['unreadable', 0]);
  });

  it('tells of a hole when the turn passes, not when the next trade comes', () => {
    const b = bench('opaque');
    b.carry(1);
    b.say(1, 0);
    b.carry(2);
    b.accept(2);
    b.note(b.track.noteUnreadable(2, T0));
    b.pass(2_000);
    b.alive(1);
    expect(b.drop(1)).toBe(true);
    expect(b.losses).toEqual(['unreadable']);
  });

  it('does not take an old id with a broken time for ids that begin again', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 0, 1, 2);
    const lying = { ...trade(0, 'contiguous'), tsMs: T0 * 1_000 };
    expect(b.track.take(1, [lying], { localMs: T0, venueMs: T0 })).toEqual([]);
    b.say(1, 3);
    expect(b.gaps).toEqual([['start', null]]);
  });

  it('is not led astray by a time from another century', () => {
    const b = bench('none');
    b.carry(1);
    const broken = { ...trade(1, 'none'), tsMs: 4_070_908_800_000 };
    b.say(1, 0);
    b.track.take(1, [broken], { localMs: T0, venueMs: T0 });
    b.drop(1);
    b.carry(2);
    b.say(2, 2);
    expect(b.numbers).toEqual([0, 2]);
  });

  it('reports trades that a full queue could not take', () => {
    const b = bench('contiguous');
    b.carry(1);
    b.say(1, 0);
    b.note(b.track.noteOverflow());
    expect(b.losses).toEqual(['overflow']);
    b.say(1, 4);
    expect(b.gaps.at(-1)).toEqual(['overflow', 3]);
  });
});
