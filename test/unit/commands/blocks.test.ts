import { describe, expect, it } from 'vitest';
import { run } from '../../../src/commands/blocks.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import type { BlockQuery, BlockSummary } from '../../../src/engine/ports/audit-reader.js';
import { EXIT } from '../../../src/operator-error.js';
import { blockSummaryJson } from '../../../src/view/audit-json.js';
import { fakeAuditReader } from '../../fakes/fake-audit-reader.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { answering, fakeOperator } from '../../fakes/fake-operator-ports.js';

const NEWEST = Date.UTC(2026, 1, 9, 15, 29, 58);
const FIRST = NEWEST - 15_120_000;
const ALL_ONE_CODE: BlockSummary = {
  runId: 'run-1',
  by: 'code',
  groups: [{ key: 'RC_002', count: 1_184, firstAtMs: FIRST, lastAtMs: NEWEST }],
  othersCount: 0,
  blocked: 1_184,
  allowed: 0,
  lastAllowAtMs: null,
  firstAtMs: FIRST,
  newestAtMs: NEWEST,
};
const HOUR = new ParsedOptions({ sinceMs: 3_600_000 });

async function textOf(summary: BlockSummary): Promise<string> {
  const io = fakeCommandIo();
  await run(new ParsedOptions({}), io, fakeOperator({}, answering(blockSummaryJson(summary))));
  return io.out.join('');
}

describe('blocks', () => {
  it('gives each code its count, share, span, meaning and what to try', async () => {
    const text = await textOf(ALL_ONE_CODE);
    expect(text).toMatch(/^code +n +share +first \(UTC\) +last \(UTC\) +meaning +try$/m);
    expect(text).toMatch(
      /^RC_002 +1 184 +100 % +2026-02-09 11:17:58 +2026-02-09 15:29:58 +a recent return is missing/m,
    );
  });

  it('says that one code for everything looks like configuration', async () => {
    expect(await textOf(ALL_ONE_CODE)).toContain(
      'no approvals in 4 h 12 min (never in this run): ' +
        '100 % blocked by RC_002 looks like configuration, not risk at work',
    );
  });

  it('does not cry wolf while some pass', async () => {
    const text = await textOf({ ...ALL_ONE_CODE, allowed: 3, lastAllowAtMs: NEWEST });
    expect(text).not.toContain('no approvals');
    expect(text).toContain('1 184 blocked, 3 allowed');
  });

  it('counts no approvals from the last one', async () => {
    const text = await textOf({ ...ALL_ONE_CODE, lastAllowAtMs: NEWEST - 600_000 });
    expect(text).toContain('no approvals in 10 min:');
  });

  it('tells "no data" from "no blocks"', async () => {
    const io = fakeCommandIo();
    expect(await run(HOUR, io, fakeOperator())).toBe(EXIT.OK);
    expect(io.out.join('')).toBe('no data: no run has written decisions here yet\n');
    const none = await textOf({ ...ALL_ONE_CODE, groups: [], blocked: 0, allowed: 5 });
    expect(none).toMatch(/^0 blocked, 5 allowed/);
  });

  it('asks the running engine with the same query that it would ask the database', async () => {
    const services = fakeOperator({}, answering(blockSummaryJson(ALL_ONE_CODE)));
    const options = new ParsedOptions({ by: 'symbol', sinceMs: 3_600_000 });
    await run(options, fakeCommandIo(), services);
    expect(services.asked[0]?.path).toBe('/blocks?by=symbol&n=50&window_ms=3600000');
  });

  it('asks the database itself when no engine runs', async () => {
    const queries: BlockQuery[] = [];
    const reader = fakeAuditReader({
      blocksBy: async (query) => {
        queries.push(query);
        return ALL_ONE_CODE;
      },
    });
    const io = fakeCommandIo({ outputFormat: 'json' });
    const services = fakeOperator({ withAudit: (work) => work(reader) });
    expect(await run(HOUR, io, services)).toBe(EXIT.OK);
    expect(queries).toEqual([{ by: 'code', windowMs: 3_600_000, limit: 50 }]);
    const { schema, data } = JSON.parse(io.out.join(''));
    expect(schema).toBe('cdb.blocks/1');
    expect(data.groups[0]).toMatchObject({ key: 'RC_002', count: 1_184 });
    expect(data.groups[0].meaning).toBeTruthy();
  });

  it('shows a code that it does not know without inventing a meaning', async () => {
    const [group] = ALL_ONE_CODE.groups;
    if (group === undefined) throw new Error('fixture');
    const text = await textOf({ ...ALL_ONE_CODE, groups: [{ ...group, key: 'RC_9\u001b[31m' }] });
    expect(text).toContain('RC_9\\x1b[31m');
    expect(text).toContain('a code that this cdb does not know');
  });
});
