import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventLog, LogEntry, LogId } from '../../src/engine/ports/event-log.js';

export interface EventLogSubject {
  readonly log: EventLog;
  /** Closes the log and opens the same one again, as the next process would. */
  reopen(): Promise<EventLog>;
  end(): Promise<void>;
}

/** What every adapter of the EventLog port keeps. */
export function eventLogContract(name: string, open: () => Promise<EventLogSubject>): void {
  describe(`EventLog contract: ${name}`, () => {
    let subject: EventLogSubject;
    let log: EventLog;
    beforeEach(async () => {
      subject = await open();
      log = subject.log;
    });
    afterEach(() => subject.end());

    it('gives back entries in order, with every field as it was', async () => {
      const fields = { plain: 'a', empty: '', quote: '"\\', unicode: 'ä€𝄞 ', lines: 'a\nb\0' };
      const entries = [entry(1, 0), { id: { seq: 1, ord: 1 }, fields }, entry(2, 0)];
      expect(await log.append('s', entries)).toBe(3);
      expect(await log.read('s', null, 10)).toEqual(entries);
    });

    it('orders ids by seq, then ord', async () => {
      await log.append('s', [entry(9, 5), entry(9, 10), entry(10, 0)]);
      expect(ids(await log.read('s', id(9, 5), 10))).toEqual(['9-10', '10-0']);
    });

    it('reads behind an id that is not there, at most to the limit', async () => {
      await log.append('s', [entry(2), entry(4), entry(6), entry(8)]);
      expect(ids(await log.read('s', id(3), 2))).toEqual(['4-0', '6-0']);
      expect(ids(await log.read('s', id(8), 2))).toEqual([]);
      expect(ids(await log.read('s', id(1), 0))).toEqual([]);
    });

    it('goes on where the last read ended, also behind the end of what there was', async () => {
      await log.append('s', [entry(1), entry(2)]);
      const first = await log.read('s', null, 10);
      await log.append('s', [entry(3)]);
      expect(ids(await log.read('s', first.at(-1)?.id ?? null, 10))).toEqual(['3-0']);
    });

    it('skips what it already has when a batch is repeated', async () => {
      await log.append('s', [entry(1), entry(2)]);
      expect(await log.append('s', [entry(1), entry(2), entry(3)])).toBe(1);
      expect(await log.append('s', [entry(3)])).toBe(0);
      expect(ids(await log.read('s', null, 10))).toEqual(['1-0', '2-0', '3-0']);
    });

    it('skips an entry that is not above its neighbour in the batch', async () => {
      expect(await log.append('s', [entry(2), entry(1), entry(2), entry(3)])).toBe(2);
      expect(ids(await log.read('s', null, 10))).toEqual(['2-0', '3-0']);
    });

    it('tails the newest entries, oldest of them first', async () => {
      await log.append('s', many(1, 30));
      expect(ids(await log.tail('s', 3))).toEqual(['28-0', '29-0', '30-0']);
      expect(await log.tail('s', 100)).toHaveLength(30);
      expect(await log.tail('s', 0)).toEqual([]);
    });

    it('knows nothing of a stream that does not exist', async () => {
      expect(await log.info('none')).toBeNull();
      expect(await log.read('none', null, 10)).toEqual([]);
      expect(await log.tail('none', 10)).toEqual([]);
      expect(await log.list()).toEqual([]);
      await log.trimBelow('none', id(5));
    });

    it('keeps streams apart, whatever their names', async () => {
      const names = ['cdb:envelopes:v1', 'journal/a', 'stream.fills', 'stream.fills.', '..', '.x'];
      for (const [index, stream] of names.entries()) await log.append(stream, [entry(index + 1)]);
      expect((await log.list()).map((info) => info.name)).toEqual([...names].sort());
      for (const [index, stream] of names.entries()) {
        expect(ids(await log.read(stream, null, 10))).toEqual([`${index + 1}-0`]);
      }
    });

    it('says what a stream holds', async () => {
      await log.append('s', many(1, 5));
      expect(await log.info('s')).toMatchObject({
        name: 's',
        length: 5,
        firstId: id(1),
        lastId: id(5),
        entriesAdded: 5,
        tornBytes: 0,
      });
    });

    it('trims to about the cap and still counts all that was added', async () => {
      // An eighth of the cap is what one segment of files holds, and one node of Redis.
      for (let at = 1; at <= 5_000; at += 10) {
        await log.append('s', many(at, at + 9), { lengthMax: 800 });
      }
      const info = await log.info('s');
      expect(info?.length).toBeGreaterThanOrEqual(800);
      expect(info?.length).toBeLessThanOrEqual(900);
      expect(info?.entriesAdded).toBe(5_000);
      const kept = await log.read('s', null, 5_000);
      expect(ids(kept)).toEqual(ids(many(5_001 - kept.length, 5_000)));
      expect(info?.firstId).toEqual(kept[0]?.id);
    });

    it('keeps a batch that is larger than the cap in order', async () => {
      await log.append('s', many(1, 100), { lengthMax: 4 });
      const kept = ids(await log.read('s', null, 100));
      expect(kept.slice(-4)).toEqual(['97-0', '98-0', '99-0', '100-0']);
    });

    it('drops nothing at or above the id given to trimBelow', async () => {
      await log.append('s', many(1, 50));
      await log.trimBelow('s', id(20));
      expect(ids(await log.read('s', id(19), 100))).toEqual(ids(many(20, 50)));
      expect((await log.info('s'))?.entriesAdded).toBe(50);
    });

    it('has everything after reopening: entries, counters, and what to skip', async () => {
      for (let at = 1; at <= 100; at += 1) await log.append('s', [entry(at)], { lengthMax: 16 });
      await log.sync('s');
      const before = await log.info('s');
      const again = await subject.reopen();
      expect(await again.info('s')).toMatchObject({
        length: before?.length,
        firstId: before?.firstId,
        lastId: id(100),
        entriesAdded: 100,
        tornBytes: 0,
      });
      expect(await again.append('s', [entry(100), entry(101)])).toBe(1);
      expect(ids(await again.tail('s', 2))).toEqual(['100-0', '101-0']);
    });

    it('takes sync at any time, also while appends go on', async () => {
      await log.sync('never-written');
      const syncs: Promise<void>[] = [];
      for (let at = 1; at <= 100; at += 1) {
        await log.append('s', [entry(at)], { lengthMax: 16 });
        syncs.push(log.sync('s'));
      }
      await Promise.all(syncs);
      expect((await log.info('s'))?.lastId).toEqual(id(100));
    });

    it('appends, reads and tails more than goes into one piece', async () => {
      expect(await log.append('s', many(1, 2_500))).toBe(2_500);
      expect(await log.append('s', many(1, 2_600))).toBe(100);
      expect(ids(await log.read('s', id(10), 2_200))).toEqual(ids(many(11, 2_210)));
      expect(ids(await log.read('s', null, 5_000))).toEqual(ids(many(1, 2_600)));
      expect(ids(await log.tail('s', 2_200))).toEqual(ids(many(401, 2_600)));
    });

    it('takes a large entry and many small ones behind it', async () => {
      const large = { id: id(1), fields: { text: 'x'.repeat(1_500_000) } };
      await log.append('s', [large, ...many(2, 300)]);
      const read = await log.read('s', null, 1_000);
      expect(read).toHaveLength(300);
      expect(read[0]).toEqual(large);
    });
  });
}

export function id(seq: number, ord = 0): LogId {
  return { seq, ord };
}

export function entry(seq: number, ord = 0): LogEntry {
  return { id: id(seq, ord), fields: { n: String(seq), o: String(ord) } };
}

export function many(first: number, last: number): readonly LogEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => entry(first + index));
}

export function ids(entries: readonly LogEntry[]): readonly string[] {
  return entries.map((one) => `${one.id.seq}-${one.id.ord}`);
}
