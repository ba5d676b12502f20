import { describe, expect, it } from 'vitest';
import type { OperatorPorts } from '../../../../src/commands/operator-ports.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { run as tail } from '../../../../src/commands/streams/tail.js';
import type { LogEntry } from '../../../../src/engine/ports/event-log.js';
import { EXIT } from '../../../../src/operator-error.js';
import { MemoryEventLog } from '../../../fakes/engine/memory-event-log.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeOperator } from '../../../fakes/fake-operator-ports.js';

const STREAM = 'stream.fills';
const entry = (seq: number): LogEntry => ({ id: { seq, ord: 0 }, fields: { n: String(seq) } });
const entries = (from: number, to: number): LogEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));

/** Follows the files; with each pause the next work is done, and behind the last it ends. */
async function followed(log: MemoryEventLog, works: readonly (() => Promise<unknown>)[]) {
  const io = fakeCommandIo({ outputFormat: 'jsonl' });
  let at = 0;
  const clock: OperatorPorts['clock'] = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: async () => {
      const work = works[at];
      at += 1;
      if (work === undefined) io.stop('SIGINT');
      else await work();
    },
  };
  const services = fakeOperator({ clock, withEventLog: (work) => work(log) });
  const options = new ParsedOptions({ name: STREAM, count: 2, follow: true });
  expect(await tail(options, io, services)).toBe(EXIT.SIGINT);
  const ids = io.out
    .flatMap((text) => text.trim().split('\n'))
    .map((line) => (JSON.parse(line) as { data: { id: string } }).data.id);
  return { ids, err: io.err.join('') };
}

describe('streams tail -f', () => {
  it('goes on behind the newest entries, page after page', async () => {
    const log = new MemoryEventLog();
    await log.append(STREAM, entries(1, 5));
    const { ids, err } = await followed(log, [
      () => log.append(STREAM, entries(6, 8)),
      () => Promise.resolve(),
      () => log.append(STREAM, entries(9, 1_300)),
      () => log.append(STREAM, entries(1_301, 1_302)),
    ]);
    expect(ids).toEqual(entries(4, 1_302).map(({ id }) => `${id.seq}-0`));
    expect(err).toMatch(/^notice: no engine runs [^\n]*\n$/);
  });

  it('waits for a stream that was never written', async () => {
    const log = new MemoryEventLog();
    await log.append('stream.orders', [entry(1)]);
    const { ids } = await followed(log, [() => log.append(STREAM, entries(1, 3))]);
    expect(ids).toEqual(['1-0', '2-0', '3-0']);
  });

  it('says how many entries the cap dropped before they could be read', async () => {
    const log = new MemoryEventLog();
    await log.append(STREAM, entries(1, 5));
    const { ids, err } = await followed(log, [
      () => log.append(STREAM, entries(6, 20), { lengthMax: 4 }),
      () => log.append(STREAM, entries(21, 22), { lengthMax: 4 }),
    ]);
    expect(ids).toEqual([4, 5, 17, 18, 19, 20, 21, 22].map((seq) => `${seq}-0`));
    expect(err).toContain('notice: 11 entries are missing here: the cap dropped them');
    expect(err.match(/missing/g)).toHaveLength(1);
  });

  it('refuses a name that is no stream', async () => {
    const options = new ParsedOptions({ name: 'stream.fill', follow: true });
    const services = fakeOperator({ withEventLog: (work) => work(new MemoryEventLog()) });
    await expect(tail(options, fakeCommandIo(), services)).rejects.toMatchObject({
      exit: EXIT.NOT_FOUND,
      todo: 'cdb streams tail stream.fills',
    });
  });
});
