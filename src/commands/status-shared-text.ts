import { durationText } from '../view/age.js';
import { countText, Figure } from '../view/figure.js';
import type { SharedView } from '../view/shared-view.js';
import { plainText } from '../view/plain-text.js';
import { textTable } from './tables/text-table.js';

type Engine = SharedView['engines'][number];
type Shard = SharedView['shards'][number];

/** Which part of the run this process is: the figures of the rest of the screen are of that part. */
export function shareWords({ engineId, roles, owns, shardCount }: SharedView): string {
  const part =
    owns.length === 0
      ? `it owns none of ${shardCount} shards, so what follows is of the whole run or empty`
      : `what follows is of ${owns.length === 1 ? 'shard' : 'shards'} ${listed(owns)} of ${shardCount}`;
  return `${engineId} as ${listed(roles)}; ${part}`;
}

/** Who works on the run, and how far each part of it is. */
export function sharedText({ engines, shards }: SharedView, nowMs: number): string {
  const tables = [enginesTable(engines, nowMs), troubleLines(engines), shardsTable(shards, nowMs)];
  return tables.map((lines) => (lines === '' ? '' : `\n${lines}`)).join('');
}

/** In full: what to do stands at the end of it, where a cell would be cut. */
function troubleLines(engines: readonly Engine[]): string {
  return engines
    .flatMap(({ engineId, trouble }) => trouble.map((words) => `${engineId}  ${words}`))
    .map((words) => `${plainText(`TROUBLE   ${words}`)}\n`)
    .join('');
}

function enginesTable(engines: readonly Engine[], nowMs: number): string {
  const titles = ['engine', 'host', 'pid', 'roles', 'owns', 'writes', 'trouble', 'state'];
  const rows = engines.map((engine) => [
    engine.engineId,
    engine.host,
    String(engine.pid),
    engine.feeds ? `${listed(engine.roles)} (feeds)` : listed(engine.roles),
    listed(engine.owns),
    listed(engine.writes),
    engine.trouble.length === 0 ? 'none' : `${engine.trouble.length}, below`,
    stateOf(engine, nowMs),
  ]);
  return textTable(
    titles.map((title) => ({ title, widthMax: 100 })),
    rows,
  );
}

function stateOf({ upMs, journalWaiting }: Engine, nowMs: number): string {
  const up = {
    label: 'up',
    figure: upMs,
    words: (ms: string | number) => durationText(Number(ms)),
  };
  const journal = {
    label: 'journal waiting',
    words: (count: string | number) => countText(Number(count)),
  };
  return Figure.line(nowMs, [
    up,
    ...(journalWaiting === null ? [] : [{ ...journal, figure: journalWaiting }]),
  ]);
}

function shardsTable(shards: readonly Shard[], nowMs: number): string {
  const count = (value: string | number) => countText(Number(value));
  const rows = shards.map(({ shard, owner, writer, inputsWaiting, notWritten, lagMs }) => [
    String(shard),
    owner?.engineId ?? 'NOBODY',
    owner === null ? 'none' : String(owner.token),
    writer?.engineId ?? 'NOBODY',
    writer === null ? 'none' : String(writer.token),
    Figure.line(nowMs, [
      { label: 'inputs waiting', figure: inputsWaiting, words: count },
      { label: 'not written', figure: notWritten, words: count },
      { label: 'oldest', figure: lagMs, words: (ms) => durationText(Number(ms)) },
    ]),
  ]);
  const titles = ['shard', 'owner', 'token', 'writer', 'token', 'progress'];
  return textTable(
    titles.map((title) => ({ title, widthMax: 100 })),
    rows,
  );
}

function listed(words: readonly (string | number)[]): string {
  return words.length === 0 ? 'none' : words.join(', ');
}
