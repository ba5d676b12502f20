import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BoardSource } from '../../src/view/board/board-source.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { boardWhere, linkOf, openSource, restingFeed } from './board-place.js';

const TRADES = 4_000;

let place: Workplace;
let source: BoardSource | null = null;
beforeEach(() => {
  place = new Workplace();
});
afterEach(async () => {
  await source?.close();
  source = null;
  await place.end();
});

function startEngine(feed = restingFeed(place.path, TRADES), speed = '2000'): EngineProcess {
  return place.start(['run', '--paper', '--feed', feed, '--speed', speed]);
}

async function json(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr } = await place.run([...args, '--json']);
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { data: Readonly<Record<string, unknown>> }).data;
}

/** All trades are folded, and every decision of them is a row and an entry that the board has seen. */
async function atRest(of: BoardSource) {
  const { atMs } = await allFolded(of);
  // The engine lists its streams less often than it pushes.
  return boardWhere(of, 'the streams are listed since', ({ streams }) => {
    return (streams.asOfMs ?? 0) > atMs;
  });
}

function allFolded(of: BoardSource) {
  return boardWhere(of, 'the engine is at rest', ({ stages, blocks, fills, figures }) => {
    const pair = (name: string) => stages.value?.stages.find((one) => one.name === name);
    const audited = pair('decisions->audit rows');
    const execution = figures.value?.execution;
    return (
      pair('feed->trades')?.effects === TRADES &&
      pair('inputs->fold')?.word === 'OK' &&
      (audited?.causes ?? 0) > 0 &&
      audited?.causes === audited?.effects &&
      execution?.filled !== 0 &&
      fills.value?.total === execution?.filled &&
      fills.value?.orders.every(({ state }) => state !== 'sent') === true &&
      (blocks.value?.blocked ?? 0) > 0
    );
  });
}

interface StatusData {
  readonly word: string;
  readonly effects: readonly {
    readonly name: string;
    readonly word: string;
    readonly cause: { readonly value: number };
    readonly effect: { readonly value: number };
  }[];
  readonly control: Readonly<Record<string, unknown>>;
  readonly counts: Readonly<Record<string, { readonly value: number }>>;
}

describe('the board of a running engine', () => {
  it('says what status, fills, blocks and streams say', async () => {
    const engine = startEngine();
    source = await openSource(place.stateDir, place.path);
    expect(source.board().figures.value, 'the first board waits for nothing').toBeNull();
    await engine.says('running');
    const board = await atRest(source);

    const status = (await json('status')) as unknown as StatusData;
    const { control, stages, figures } = board;
    expect(
      stages.value?.stages.map(({ name, word, causes, effects }) => [name, word, causes, effects]),
    ).toEqual(
      status.effects.map(({ name, word, cause, effect }) => [
        name,
        word,
        cause.value,
        effect.value,
      ]),
    );
    expect(control.value).toMatchObject({
      level: status.control['level'],
      mode: 'paper',
      epoch: 1,
    });
    const panel = (name: string) => figures.value?.panels.find((one) => one.name === name)?.value;
    expect(panel('RISK BLOCKS (Total)')).toBe(status.counts['blocked']?.value);
    expect(panel('Execution Status')).toBe(status.counts['orders']?.value);
    expect(figures.value?.execution.filled).toBe(status.counts['fills']?.value);
    expect(panel('SERVICES UP')).toBe(8);
    expect(panel('POSTGRESQL')).toBe(1);

    const { fills, total } = (await json('fills', '-n', '100')) as {
      fills: readonly Readonly<Record<string, unknown>>[];
      total: number;
    };
    expect(board.fills.value?.total).toBe(total);
    expect(board.fills.value?.fills).toEqual(
      fills.toReversed().map((fill) => ({
        fillId: fill['fill_id'],
        orderId: fill['order_id'],
        atMs: Date.parse(String(fill['at'])),
        symbol: fill['symbol'],
        side: fill['side'],
        status: fill['status'],
        qty: fill['qty'],
        price: fill['price'],
        slippageBps: fill['slippage_bps'],
        fee: fill['fee'],
        realizedPnl: fill['realized_pnl'],
        strategyId: fill['strategy_id'],
      })),
    );

    const blocks = (await json('blocks', '--since', '1h')) as {
      blocked: number;
      allowed: number;
      groups: readonly Readonly<Record<string, unknown>>[];
    };
    expect(board.blocks.value).toMatchObject({ blocked: blocks.blocked, allowed: blocks.allowed });
    expect(
      board.blocks.value?.codes.map(({ code, count, shareFraction, meaning }) => {
        return { key: code, count, share_fraction: shareFraction, meaning };
      }),
    ).toEqual(
      blocks.groups.map(({ key, count, share_fraction, meaning }) => {
        return { key, count, share_fraction, meaning };
      }),
    );

    const { streams } = (await json('streams', 'list')) as {
      streams: readonly Readonly<Record<string, unknown>>[];
    };
    expect(
      board.streams.value?.map(({ name, length, newestId, exists, isCapped }) => {
        return { name, length, newest_id: newestId, exists, capped: isCapped };
      }),
    ).toEqual(
      streams.map(({ name, length, newest_id, exists, capped }) => {
        return { name, length, newest_id, exists, capped };
      }),
    );
  });

  it('survives the engine: killed, away, and back as another process', async () => {
    const first = startEngine();
    source = await openSource(place.stateDir, place.path);
    const before = await atRest(source);
    expect(before.stages.value?.engines).toEqual([
      expect.objectContaining({ state: 'running', restarts: 0 }),
    ]);

    first.kill('SIGKILL');
    const away = await boardWhere(
      source,
      'it is seen to be gone',
      ({ stages, streams, control }) => {
        return (
          stages.value?.engines[0]?.state === 'not running' &&
          streams.source === 'streams on disk' &&
          streams.value !== null &&
          control.source === 'state directory'
        );
      },
    );
    expect(linkOf(away, 'engine')).toBe('down');
    expect(away.stages.value).toMatchObject({ word: 'NOT RUNNING' });
    expect(away.fills.value?.fills).toEqual(before.fills.value?.fills);
    expect(away.fills.down?.why).toContain('no engine runs');
    expect(away.streams.value?.map(({ name, length }) => [name, length])).toEqual(
      before.streams.value?.map(({ name, length }) => [name, length]),
    );
    const rates = await boardWhere(source, 'its figures are gone', ({ figures }) => {
      const signals = figures.value?.panels.find(({ name }) => name === '2. SIGNALS');
      return signals?.value === null;
    });
    const services = rates.figures.value?.panels.find(({ name }) => name === 'SERVICES UP');
    expect(services).toMatchObject({ value: 0, state: 'bad' });

    // The feed of the first one has come to its late trades: it would end at once.
    const second = startEngine('sample', '20');
    const back = await boardWhere(source, 'it is back', (board) => {
      return (
        linkOf(board, 'engine') === 'up' && board.stages.value?.engines[0]?.state === 'running'
      );
    });
    expect(back.stages.value?.engines[0]?.restarts).toBe(1);
    expect(back.stages.value?.engines[0]?.note).toContain(`pid ${second.pid}`);
    const texts = back.events.map(({ text }) => text);
    expect(texts).toContain('engine is not running');
    expect(texts).toContain('engine is running');
    const all = back.figures.value?.panels.flatMap(({ trend }) => trend) ?? [];
    expect(all.every((rate) => rate === null || rate >= 0)).toBe(true);
  });

  it('sees an engine that hangs as silent, and a stop that it has not heard of', async () => {
    const engine = startEngine();
    source = await openSource(place.stateDir, place.path);
    await atRest(source);
    engine.kill('SIGSTOP');
    const silent = await boardWhere(source, 'it is silent', (board) => {
      return linkOf(board, 'engine') === 'down';
    });
    expect(silent.links[0]?.why).toContain('said nothing');
    expect(silent.figures).toMatchObject({ source: 'engine', down: { why: silent.links[0]?.why } });
    expect(silent.figures.value).not.toBeNull();
    await place.run(['kill-switch', 'engage']);
    await boardWhere(source, 'the register says HALTED', ({ control }) => {
      return control.value?.level === 'HALTED' && control.source === 'state directory';
    });
    engine.kill('SIGCONT');
    await boardWhere(source, 'the engine obeys', ({ control, links }) => {
      return (
        control.value?.level === 'HALTED' && control.source === 'engine' && links[0]?.state === 'up'
      );
    });
  });

  it('shows the log, the ledger, the gates and the newest check-up', async () => {
    startEngine();
    source = await openSource(place.stateDir, place.path);
    await atRest(source);
    await place.run(['kill-switch', 'engage', '-m', 'a drill']);
    const checked = await place.run(['doctor', '--daily', '--write', '--offline', '--json']);
    const report = (JSON.parse(checked.stdout) as { data: { status: string; findings: unknown[] } })
      .data;
    const board = await boardWhere(
      source,
      'all is read',
      ({ log, ledger, doctor, permissions }) => {
        return (
          (log.value?.length ?? 0) > 0 &&
          (ledger.value?.length ?? 0) > 0 &&
          doctor.value !== null &&
          (permissions.value?.readiness ?? null) !== null
        );
      },
    );
    expect(board.doctor.value?.verdict).toBe(report.status);
    expect(board.doctor.value?.findings).toHaveLength(report.findings.length);
    const counted = board.doctor.value?.counts.reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(report.findings.length);
    expect(board.ledger.value?.[0]?.why).toContain('a drill');
    const seqs = board.log.value?.map(({ seq }) => seq) ?? [];
    expect(seqs).toEqual(seqs.map((_, at) => (seqs[0] ?? 0) - at));
    const logs = (await json('logs', '-n', '500')) as { lines: readonly { message: string }[] };
    const newest = logs.lines.at(-1)?.message ?? '';
    await boardWhere(source, 'the newest line', ({ log }) => {
      return log.value?.some(({ text }) => text.startsWith(newest)) === true;
    });
    expect(board.permissions.value?.gates).toEqual([]);
  });
});

describe('the board of a directory in which nothing ever ran', () => {
  it('starts nothing, and makes nothing', async () => {
    source = await openSource(place.stateDir, place.path);
    const board = await boardWhere(source, 'it was looked at', ({ stages, control, streams }) => {
      return stages.value !== null && control.value !== null && streams.value !== null;
    });
    expect(board.stages.value?.reasons).toEqual(['nothing ever ran here']);
    expect(board.fills).toMatchObject({ value: null, asOfMs: null });
    expect(board.streams.value?.every(({ exists }) => !exists)).toBe(true);
    expect(board.isOwnEngine).toBe(true);
    await source.close();
    source = null;
    await place.quiet();
  });
});
