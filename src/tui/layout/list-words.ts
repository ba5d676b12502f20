import type { Board } from '../../view/board/board.js';
import { clockCell, spanCell } from '../../view/board/tables/cell-text.js';
import { countText } from '../../view/figure.js';
import type { Span } from '../line.js';
import type { ListName } from '../ui-state.js';
import { say } from './spans.js';

/** Title of a list; `doubt` stands behind totals that rest on what is stale. */
export const LIST_TITLES: Readonly<Record<ListName, (board: Board, doubt: '' | '?') => Span>> = {
  streams: () => say('2 Streams', 'title'),
  codes: blocksTitle,
  blocks: () => say('Newest refusals', 'title'),
  fills: ({ fills }, doubt) => {
    const total = fills.value === null ? '' : `: ${countText(fills.value.total)}${doubt}`;
    return say(`4 Fills${total}`, 'title');
  },
  orders: () => say('Orders', 'title'),
  stages: ({ stages }, doubt) => {
    const word = stages.value === null ? '' : `: ${stages.value.word}${doubt}`;
    return say(`5 Stages${word}`, 'title');
  },
  engines: () => say('5 Engines', 'title'),
  findings: ({ doctor }, doubt) => {
    if (doctor.value === null) return say('6 Doctor', 'title');
    const { verdict, finishedAtMs } = doctor.value;
    return say(`6 Doctor ${clockCell(finishedAtMs)}: ${verdict}${doubt}`, 'title');
  },
  control: () => say('Register, gates, readiness', 'title'),
  audit: () => say('8 Audit: who did what, and why', 'title'),
  logs: () => say('9 Logs', 'title'),
  events: () => say('Events (9 Logs for all)', 'title'),
};

/** What is said where a list was read and holds nothing. */
export const EMPTY_WORDS: Readonly<Record<ListName, (board: Board) => string>> = {
  streams: () => 'no streams there',
  codes: () => 'nothing was refused',
  blocks: () => 'nothing was refused',
  fills: ({ fills }) => withWhy('no fills yet', fills.value?.whyNone),
  orders: ({ fills }) => withWhy('no orders yet', fills.value?.whyNone),
  stages: () => 'no stage has said anything',
  engines: () => 'no engine is known',
  findings: () => 'no findings in the last report',
  control: () => 'nothing is set',
  audit: () => 'the ledger is empty',
  logs: () => 'nothing was logged yet',
  events: () => 'nothing has happened since this screen was opened',
};

function blocksTitle({ blocks }: Board, doubt: '' | '?'): Span {
  if (blocks.value === null) return say('3 RISK BLOCKS', 'title');
  const { blocked, allowed, windowMs } = blocks.value;
  const window = windowMs === null ? 'whole run' : spanCell(windowMs);
  const counts = `${countText(blocked)}${doubt}, allowed ${countText(allowed)}${doubt}`;
  return say(`3 RISK BLOCKS ${window}: ${counts}`, blocked > 0 ? 'bad' : 'title');
}

function withWhy(words: string, why: string | undefined): string {
  return why === undefined || why === '' ? words : `${words}: ${why}`;
}
