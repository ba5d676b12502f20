import { describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { run as list } from '../../../../src/commands/streams/list.js';
import { run as tail } from '../../../../src/commands/streams/tail.js';
import type { EventLog, StreamInfo } from '../../../../src/engine/ports/event-log.js';
import { EXIT } from '../../../../src/operator-error.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { NOW_MS } from '../../../fakes/fake-engine-status.js';
import { answering, fakeOperator } from '../../../fakes/fake-operator-ports.js';

const info = (name: string, overrides: Partial<StreamInfo> = {}): StreamInfo => ({
  name,
  length: 812,
  bytes: 2_048,
  firstId: { seq: 1, ord: 0 },
  lastId: { seq: 9, ord: 0 },
  entriesAdded: 812,
  tornBytes: 0,
  lastAppendAtMs: NOW_MS - 2_100,
  ...overrides,
});
const LOG: Pick<EventLog, 'list' | 'tail' | 'info' | 'read'> = {
  read: () => Promise.reject(new Error('not asked')),
  list: async () => [
    info('stream.signals'),
    info('stream.fills', { length: 10_017, entriesAdded: 50_123, tornBytes: 17 }),
    info('journal.run-1', { length: 3 }),
  ],
  info: async (name) => (name === 'stream.fills' ? info(name) : null),
  tail: async (_, limit) =>
    [{ id: { seq: 7, ord: 1 }, fields: { status: 'FILLED', symbol: 'X\u001b]0;hi\u0007' } }].slice(
      -limit,
    ),
};
const onFiles = () => fakeOperator({ withEventLog: (work) => work(LOG) });
const named = (name: string) => new ParsedOptions({ name });

async function listed(services = onFiles()): Promise<string> {
  const io = fakeCommandIo();
  expect(await list(new ParsedOptions({}), io, services)).toBe(EXIT.OK);
  return io.out.join('');
}

describe('streams list', () => {
  it('says that a full stream is full, not how much it ever held', async () => {
    expect(await listed()).toMatch(
      /^stream\.fills +10 017 +10 000 +50 123 +2\.1 s ago +2\.0 KiB +CAPPED: length is not the total; repaired/m,
    );
  });

  it('tells a stream that was never written from an empty one', async () => {
    expect(await listed()).toMatch(/^stream\.orders +no data +10 000 +no data +never +no data$/m);
  });

  it('shows what else the log holds, without a cap', async () => {
    expect(await listed()).toMatch(/^journal\.run-1 +3 +none +812/m);
  });

  it('has no figure where the log knows none', async () => {
    const unknown = info('stream.fills', { entriesAdded: null, bytes: null, lastAppendAtMs: null });
    const log = { ...LOG, list: async () => [unknown] };
    const text = await listed(fakeOperator({ withEventLog: (work) => work(log) }));
    expect(text).toMatch(/^stream\.fills +812 +10 000 +no data +unknown +no data$/m);
  });

  it('says where the figures come from', async () => {
    expect(await listed()).toContain('no engine runs: read from the files of the last run');
    expect(await listed(fakeOperator())).toContain('none ever wrote here');
    expect(await listed(fakeOperator({}, answering({ streams: [] })))).toContain('running engine');
  });
});

describe('streams tail', () => {
  it('prints the newest entries without their control characters', async () => {
    const io = fakeCommandIo();
    expect(await tail(named('stream.fills'), io, onFiles())).toBe(EXIT.OK);
    expect(io.out.join('')).toBe('7-1  status=FILLED symbol=X\\x1b]0;hi\\x07\n');
  });

  it('says that a known stream was never written', async () => {
    const io = fakeCommandIo();
    expect(await tail(named('stream.orders'), io, onFiles())).toBe(EXIT.OK);
    expect(io.out.join('')).toBe('no data: nothing was ever written to stream.orders\n');
  });

  it.each([
    ['stream.fill', 'cdb streams tail stream.fills'],
    ['order_results', 'cdb streams tail stream.fills'],
    ['journal.run-2', 'cdb streams tail journal.run-1'],
    ['zzzzzzzzzzzzzzzz', 'cdb streams list'],
  ])('exits 8 for %s and suggests: %s', async (name, todo) => {
    await expect(tail(named(name), fakeCommandIo(), onFiles())).rejects.toMatchObject({
      code: 'CDB-E0704',
      exit: EXIT.NOT_FOUND,
      todo,
    });
  });

  it('says that a topic is no stream', async () => {
    const tailed = tail(named('order_results'), fakeCommandIo(), onFiles());
    await expect(tailed).rejects.toMatchObject({
      why: '"order_results" is a topic, which keeps no history; its stream is "stream.fills"',
    });
  });

  it('asks the running engine for at most a thousand', async () => {
    const services = fakeOperator(
      {},
      answering({ newest_id: null, entries_added: 0, entries: [] }),
    );
    const io = fakeCommandIo();
    await tail(new ParsedOptions({ name: 'a b', count: 9_999 }), io, services);
    expect(services.asked[0]?.path).toBe('/streams/a%20b?n=1000');
    expect(io.out.join('')).toBe('a b is empty\n');
  });
});
