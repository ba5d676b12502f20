import { describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { run as lag } from '../../../../src/commands/streams/lag.js';
import type { LastRun } from '../../../../src/engine/ports/engine-client.js';
import type { StreamInfo } from '../../../../src/engine/ports/event-log.js';
import { EXIT } from '../../../../src/operator-error.js';
import { lagJson, progressOf } from '../../../../src/view/progress.js';
import { streamViews } from '../../../../src/view/streams-json.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeEngineStatus, NOW_MS } from '../../../fakes/fake-engine-status.js';
import { answering, fakeOperator } from '../../../fakes/fake-operator-ports.js';

const info = (name: string, overrides: Partial<StreamInfo> = {}): StreamInfo => ({
  name,
  length: 0,
  bytes: 2_048,
  firstId: null,
  lastId: { seq: 4_900, ord: 2 },
  entriesAdded: 812,
  tornBytes: 0,
  lastAppendAtMs: NOW_MS - 2_100,
  ...overrides,
});
const VIEWS = streamViews([info('stream.signals'), info('stream.fills', { length: 10_017 })]);
const RUNNING = lagJson({ progress: progressOf(fakeEngineStatus()), streams: VIEWS });
const LAST: LastRun = {
  runId: 'run-1',
  mode: 'paper',
  feed: 'sample',
  seed: 1,
  startedAtMs: 0,
  endedAtMs: null,
  seqJournaled: 5_000,
  seqCommitted: null,
  spoolBatches: 0,
};

async function said(services: ReturnType<typeof fakeOperator>): Promise<string> {
  const io = fakeCommandIo();
  expect(await lag(new ParsedOptions({}), io, services)).toBe(EXIT.OK);
  return io.out.join('');
}

describe('streams lag', () => {
  it('says how far each step has come and how late publication is', async () => {
    const text = await said(fakeOperator({}, answering(RUNNING)));
    expect(text).toMatch(
      /journaled +5 000\nfolded +5 000\ncommitted +4 995, 5 behind\npublished +4 990, 10 behind, the oldest for 0\.0 s\nfrom the running engine\n$/,
    );
  });

  it('tells no data from nothing, and a capped stream from a short one', async () => {
    const text = await said(fakeOperator({}, answering(RUNNING)));
    expect(text).toMatch(/^stream\.signals +4900-2 +2\.1 s ago +90 +0$/m);
    expect(text).toMatch(/^stream\.fills +4900-2 .* 10 017 +CAPPED: length is not the total$/m);
    expect(text).toMatch(/^stream\.orders +no data +never +no data +no data$/m);
  });

  it('reads the files without an engine, and does not guess what the run has committed', async () => {
    const crashed = fakeOperator({ lastRun: async () => LAST });
    const text = await said(crashed);
    expect(text).toMatch(
      /journaled +5 000\nfolded +no data: no engine folds\ncommitted +no data: /,
    );
    const ended = { ...LAST, endedAtMs: 5, seqCommitted: 5_000 };
    expect(await said(fakeOperator({ lastRun: async () => ended }))).toMatch(
      /committed +5 000\npublished +5 000\nno engine runs/,
    );
    expect(await said(fakeOperator())).toContain('none ever wrote here');
  });

  it('gives everything as JSON', async () => {
    const io = fakeCommandIo({ outputFormat: 'json' });
    await lag(new ParsedOptions({}), io, fakeOperator({}, answering(RUNNING)));
    const { data } = JSON.parse(io.out.join(''));
    expect(data.progress).toMatchObject({
      seq_journaled: 5_000,
      seq_committed: 4_995,
      seq_published: 4_990,
      behind_inputs: 10,
      publish_lag_ms: 12,
    });
    expect(data.streams[3]).toMatchObject({ name: 'stream.signals', quiet_inputs: 90 });
    expect(data.streams[4]).toMatchObject({ name: 'stream.orders', quiet_inputs: null });
  });
});
