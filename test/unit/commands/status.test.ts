import { describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { startCommand } from '../../../src/commands/status-answer.js';
import { run } from '../../../src/commands/status.js';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import { EXIT } from '../../../src/operator-error.js';
import { systemView } from '../../../src/view/system-view.js';
import { systemViewJson } from '../../../src/view/view-json.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { audit, fakeEngineStatus, NOW_MS, outputs, seen } from '../../fakes/fake-engine-status.js';
import { fakeEntry, fakeShard, fakeSharedRun } from '../../fakes/fake-shared-run.js';
import { answering, fakeOperator } from '../../fakes/fake-operator-ports.js';

const NO_OPTIONS = new ParsedOptions({});
const viewOf = (status: EngineStatus): unknown =>
  JSON.parse(JSON.stringify(systemViewJson(systemView(status))));

async function shown(status: EngineStatus) {
  const io = fakeCommandIo();
  const exit = await run(NO_OPTIONS, io, fakeOperator({}, answering(viewOf(status))));
  return { exit, text: io.out.join('') };
}

describe('status', () => {
  it('says that effects flow, with every effect and its age', async () => {
    const { exit, text } = await shown(fakeEngineStatus());
    expect(exit).toBe(EXIT.OK);
    expect(text).toMatch(/^cdb +EFFECTS FLOW {3}PAPER {3}orders go to: paper venue$/m);
    expect(text).toMatch(
      /^decisions->audit rows +OK +2\.0 s ago +1\.5 s ago +41 rows in risk_events$/m,
    );
    expect(text).toMatch(/^inputs->fold +OK +0\.3 s ago +0\.3 s ago/m);
    expect(text).toMatch(/^signals +40, last 2\.0 s ago$/m);
    expect(text).toMatch(/^ {2}RC_001 +30, last 2\.0 s ago$/m);
    expect(text).toMatch(/^portfolio +in USDT\n +equity 10 012\.34 .*\(as of 0\.0 s ago\)$/m);
    expect(text).toMatch(
      /^BTCUSDT +price 90 680\.10 {2}regime TREND {2}ATR 31\.2500 {2}ADX no data/m,
    );
  });

  it('says in words that the audit stalls, and exits 1', async () => {
    const { exit, text } = await shown(
      fakeEngineStatus({
        outputs: outputs({ RiskDecided: seen(341) }),
        audit: audit({
          state: 'stalled',
          reason: 'PostgreSQL does not answer',
          sinceMs: NOW_MS - 12_000,
          rowsCommitted: {},
          spoolBatches: 3,
        }),
      }),
    );
    expect(exit).toBe(EXIT.FINDING);
    expect(text).toContain(
      'audit STALLED for 12 s: PostgreSQL does not answer; 341 decisions wait in the spool; orders stopped',
    );
  });

  it('lists who works on a shared run, and how far each shard is', async () => {
    const { exit, text } = await shown(fakeEngineStatus({ shared: fakeSharedRun() }));
    expect(exit).toBe(EXIT.OK);
    expect(text).toMatch(
      /^this process +db1:4182 as ingest, pipeline, writer; what follows is of shard 0 of 2$/m,
    );
    const block = text.slice(text.indexOf('\nengine    host'), text.indexOf('\neffect '));
    const lines = block.split('\n').map((line) => line.trimEnd());
    expect(lines.slice(1)).toEqual([
      'engine    host  pid   roles                             owns  writes  trouble  state',
      'db1:4182  db1   4182  ingest, pipeline, writer (feeds)  0     0, 1    none     up 9 min  journal waiting 3  (as of 0.4 s ago)',
      'db2:77    db2   77    pipeline                          1     none    none     up 59 s  (as of 0.4 s ago)',
      '',
      'shard  owner     token       writer    token       progress',
      '0      db1:4182  1770650001  db1:4182  1770650002  inputs waiting 1  not written 9  oldest 0.9 s  (as of 0.3 s ago)',
      '1      db2:77    9           db1:4182  1770650002  inputs waiting 1  not written 9  oldest 0.9 s  (as of 0.3 s ago)',
      '',
    ]);
  });

  it('masks nothing of the holders in JSON', async () => {
    const io = fakeCommandIo({ outputFormat: 'json' });
    const view = viewOf(fakeEngineStatus({ shared: fakeSharedRun() }));
    await run(NO_OPTIONS, io, fakeOperator({}, answering(view)));
    expect(JSON.parse(io.out.join('')).data.shared.shards[1].owner).toEqual({
      engine_id: 'db2:77',
      fence: 9,
    });
  });

  it('says in words what is missing in a shared run, and what is wrong with an engine', async () => {
    const why = `Cannot append to "/srv/${'long/'.repeat(30)}": the disk is full; free space\u001b[2J`;
    const trouble = [`ingest: ${why}`, 'writer of shard 0: PostgreSQL does not answer'];
    const shared = fakeSharedRun({
      engines: [fakeEntry({ trouble })],
      shards: [fakeShard({ writer: null }), fakeShard({ shard: 1, owner: null, head: null })],
    });
    const { exit, text } = await shown(fakeEngineStatus({ shared }));
    expect(exit).toBe(EXIT.FINDING);
    expect(text).toMatch(/^cdb +STALLED/);
    expect(text).toMatch(/^0 +db1:4182 +1770650001 +NOBODY +none +inputs waiting 1 /m);
    expect(text).toMatch(
      /^1 +NOBODY +none +db1:4182 +1770650002 +inputs waiting no data {2}not written no data/m,
    );
    expect(text).toMatch(/ 2, below +up 9 min /m);
    expect(text).toMatch(
      /^TROUBLE +db1:4182 +ingest: Cannot append .*: the disk is full; free space\\x1b\[2J$/m,
    );
    expect(text).toMatch(/^TROUBLE +db1:4182 +writer of shard 0: PostgreSQL does not answer$/m);
    expect(text).toMatch(
      /^because +shards->engines STALLED: shard 1 has no owner: nobody folds its inputs; shard 0 has no writer/m,
    );
  });

  it('never shows a hypothetical fill as a fill', async () => {
    const { portfolio } = fakeEngineStatus();
    const { text } = await shown(
      fakeEngineStatus({ portfolio: { ...portfolio, book: 'hypothetical' } }),
    );
    expect(text).toMatch(/^fills +0, none yet$/m);
    expect(text).toMatch(/^hypothetical fills +5, last/m);
    expect(text).toMatch(/^results +2, last 9\.5 s ago$/m);
    expect(text).toMatch(/^portfolio +in USDT, HYPOTHETICAL: nothing was sent$/m);
  });

  it('does not call a halted engine healthy', async () => {
    const { control } = fakeEngineStatus();
    const { exit, text } = await shown(
      fakeEngineStatus({ control: { ...control, level: 'HALTED' } }),
    );
    expect(exit).toBe(EXIT.FINDING);
    expect(text).toMatch(/^cdb +HALTED/m);
  });

  it('keeps control characters of the engine off the terminal', async () => {
    const { control } = fakeEngineStatus();
    const message = 'spread \u001b[2Jgap\u009b\u202e';
    const { text } = await shown(fakeEngineStatus({ control: { ...control, message } }));
    expect(text).toContain('spread \\x1b[2Jgap\\x9b\\u202e');
    expect(text).not.toContain('\u001b');
  });

  it('tells what the last run left when nothing runs', async () => {
    const io = fakeCommandIo();
    const services = fakeOperator({
      lastRun: async () => ({
        runId: 'run-1',
        mode: 'shadow',
        feed: 'sample (binance.csv.gz)',
        seed: 42,
        startedAtMs: NOW_MS - 60_000,
        endedAtMs: null,
        seqJournaled: 1_200,
        seqCommitted: 1_188,
        spoolBatches: 2,
      }),
      latch: () => ({
        level: 'HALTED',
        mode: null,
        reason: 'unreadable',
        operator: null,
        atMs: null,
      }),
    });
    expect(await run(NO_OPTIONS, io, services)).toBe(EXIT.FINDING);
    const text = io.out.join('');
    expect(text).toContain('cdb NOT RUNNING: no engine holds ./.cdb');
    expect(text).toContain('it did not say goodbye');
    expect(text).toContain(
      '1 200 inputs journaled, 12 of them not committed, 2 batches in the spool',
    );
    expect(text).toContain('level    HALTED (unreadable)');
    expect(text).toContain(
      'continue cdb run --shadow --feed sample --seed 42 --state-dir ./.cdb\n',
    );
  });

  it('quotes for a shell what it says to type', () => {
    const last = { runId: 'r', mode: 'paper', feed: 'my trades.csv', seed: 1 } as const;
    const rest = {
      startedAtMs: 0,
      endedAtMs: 1,
      seqJournaled: 1,
      seqCommitted: 1,
      spoolBatches: 0,
    };
    expect(startCommand('/srv/a b', null)).toBe(
      "cdb run --shadow --feed sample --state-dir '/srv/a b'",
    );
    expect(startCommand('/srv/x', { ...last, ...rest })).toBe(
      "cdb run --paper --feed 'PATH/my trades.csv' --seed 1 --state-dir /srv/x",
    );
    const feeds = {
      'redis all symbols': 'redis',
      'redis BTCUSDT, ETHUSDT': 'redis --symbols BTCUSDT,ETHUSDT',
      'mexc BTCUSDT': 'mexc --symbols BTCUSDT',
    };
    for (const [feed, words] of Object.entries(feeds)) {
      expect(startCommand('/srv/x', { ...last, ...rest, feed })).toContain(
        `--feed ${words} --seed`,
      );
    }
  });

  it('says that an engine which holds the directory but is silent cannot be reached', async () => {
    const services = fakeOperator({}, () => ({ state: 'silent', why: 'no answer', pid: 7 }));
    await expect(run(NO_OPTIONS, fakeCommandIo(), services)).rejects.toMatchObject({
      code: 'CDB-E0701',
      exit: EXIT.UNREACHABLE,
    });
  });

  it('refuses to guess at the view of another version', async () => {
    const services = fakeOperator({}, answering({ schema: 'cdb.status/9' }));
    await expect(run(NO_OPTIONS, fakeCommandIo(), services)).rejects.toMatchObject({
      code: 'CDB-E0706',
      exit: EXIT.CONFLICT,
    });
  });

  it('puts the view into one envelope', async () => {
    const io = fakeCommandIo({ outputFormat: 'json' });
    await run(NO_OPTIONS, io, fakeOperator({}, answering(viewOf(fakeEngineStatus()))));
    const envelope = JSON.parse(io.out.join(''));
    expect(envelope.schema).toBe('cdb.status/1');
    expect(envelope.data).toMatchObject({ running: true, word: 'EFFECTS FLOW' });
    expect(envelope.data.counts.signals).toMatchObject({ value: 40, source: 'engine' });
  });
});
