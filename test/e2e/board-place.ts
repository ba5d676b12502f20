import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ParsedOptions } from '../../src/commands/parsed-options.js';
import { openBoardSource } from '../../src/main/dashboard/open-board-source.js';
import type { Board } from '../../src/view/board/board.js';
import type { BoardSource } from '../../src/view/board/board-source.js';
import { PROJECT } from '../chaos/engine-process.js';
import { fakeCommandIo } from '../fakes/fake-command-io.js';
import { until } from '../integration/embedded/embedded-fixture.js';

const SAMPLE = join(PROJECT, 'data/sample/binance-futures-btcusdt-20200222.csv.gz');
const DAY_MS = 86_400_000;

/**
 * The first trades of the sample, and some more days later: replayed fast, an engine folds them and
 * then waits for the late ones, at rest and alive.
 */
export function restingFeed(directory: string, trades: number): string {
  const lines = gunzipSync(readFileSync(SAMPLE)).toString('utf8').split('\n');
  const rows = lines.slice(0, trades + 1);
  const [tsMs = '', symbol, price, qty, side, id = ''] = (rows.at(-1) ?? '').split(',');
  // A single row so far ahead would be believed by nobody.
  const late = Array.from({ length: 20 }, (_, at) =>
    [Number(tsMs) + 20 * DAY_MS + at, symbol, price, qty, side, Number(id) + 1 + at].join(','),
  );
  const path = join(directory, 'resting.csv');
  writeFileSync(path, `${[...rows, ...late].join('\n')}\n`);
  return path;
}

/** A source as the dashboard opens it on this directory. */
export function openSource(
  stateDir: string,
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<BoardSource> {
  const configFlags = [{ key: 'stateDir', flag: '--state-dir', text: stateDir }];
  const io = fakeCommandIo({ cwd, env, nowMs: () => Date.now() });
  const options = new ParsedOptions({}, { configFlags, words: [], keys: new Set() });
  return openBoardSource(options, io, { intervalMs: 200 });
}

export async function boardWhere(
  source: BoardSource,
  what: string,
  holds: (board: Board) => boolean,
): Promise<Board> {
  await until(what, () => holds(source.board()), 60_000).catch((error: unknown) => {
    throw new Error(`${what}: ${told(source.board())}`, { cause: error });
  });
  return source.board();
}

/** For the message of a wait that was in vain. */
function told({ links, stages, figures, fills, blocks, streams, events }: Board): string {
  return JSON.stringify({
    links: links.map(({ name, state, why }) => [name, state, why]),
    stages: stages.value?.stages.map(({ name, word, causes, effects }) => {
      return [name, word, causes, effects];
    }),
    execution: figures.value?.execution,
    fills: [fills.asOfMs, fills.down, fills.value?.total],
    orders: fills.value?.orders.map(({ state }) => state).join(),
    blocks: [blocks.down, blocks.value?.blocked],
    streams: [streams.source, streams.down, streams.value?.length],
    events: events.slice(0, 5).map(({ text }) => text),
  });
}

export function linkOf(board: Board, name: Board['links'][number]['name']): string {
  return board.links.find((link) => link.name === name)?.state ?? '';
}
