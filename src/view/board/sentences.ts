import type { Board, Panel } from './board.js';
import { freshnessOf } from './section.js';

const WORD_OF: Readonly<Record<Panel['state'], string>> = {
  good: 'good',
  warn: 'a warning',
  bad: 'bad',
  idle: 'idle',
  unknown: 'unknown',
};

/** The whole board in a few sentences, for somebody who hears it for the first time. */
export function overviewSentences(board: Board): readonly string[] {
  const { control, stages, figures, doctor } = board;
  const register = control.value;
  const mode =
    register === null
      ? 'Mode and level are unknown'
      : `Mode ${register.mode}, level ${register.level}, orders go to ${register.ordersTo}`;
  const word = stages.value === null ? 'no word on the effects yet' : stages.value.word;
  const panels = (figures.value?.panels ?? []).map(panelWords);
  const checkUp =
    doctor.value === null ? 'no check-up is known' : `check-up ${doctor.value.verdict}`;
  return [
    `${mode}.`,
    `${word}.`,
    ...(panels.length === 0 ? [] : [`${panels.join('; ')}.`]),
    `${checkUp}.`,
  ];
}

/** What is different, in full sentences; the worst first. Empty where nothing is worth a word. */
export function changeSentences(before: Board, board: Board): readonly string[] {
  const said = [
    ...levelChange(before, board),
    ...wordChange(before, board),
    ...linkChanges(before, board),
    ...panelChanges(before, board),
    ...newEvents(before, board),
  ];
  return [...said].sort((a, b) => Number(b.isBad) - Number(a.isBad)).map(({ text }) => text);
}

interface Sentence {
  readonly text: string;
  readonly isBad: boolean;
}

function levelChange({ control: old }: Board, { control }: Board): readonly Sentence[] {
  const [was, is] = [old.value, control.value];
  if (is === null || (was?.level === is.level && was.mode === is.mode)) return [];
  const why = [is.reason, is.message].filter((part) => part !== '').join(', ');
  const text = `Level ${is.level}, mode ${is.mode}, by ${is.operator}: ${why}.`;
  return [{ text, isBad: is.level !== 'TRADING' }];
}

function wordChange({ stages: old }: Board, { stages }: Board): readonly Sentence[] {
  if (stages.value === null || old.value?.word === stages.value.word) return [];
  const { word, reasons } = stages.value;
  const [why] = reasons;
  const text = why === undefined ? `${word}.` : `${word}: ${why}.`;
  return [{ text, isBad: word !== 'EFFECTS FLOW' }];
}

function linkChanges({ links: old }: Board, { links }: Board): readonly Sentence[] {
  return links.flatMap(({ name, state, why }) => {
    const was = old.find((link) => link.name === name)?.state;
    if (was === state) return [];
    const text = why === '' ? `${name} is ${state}.` : `${name} is ${state}: ${why}.`;
    return [{ text, isBad: state === 'down' }];
  });
}

function panelChanges({ figures: old }: Board, { figures, atMs }: Board): readonly Sentence[] {
  if (freshnessOf(figures, atMs) !== 'fresh') return [];
  return (figures.value?.panels ?? []).flatMap((panel) => {
    const was = old.value?.panels.find(({ name }) => name === panel.name)?.state;
    if (was === undefined || was === panel.state) return [];
    const isBad = panel.state === 'bad' || panel.state === 'warn';
    return [{ text: `${panelWords(panel)}, which is ${WORD_OF[panel.state]}.`, isBad }];
  });
}

/** What the levels, links and figures have said already comes as an event, too. */
function newEvents({ events: old }: Board, { events }: Board): readonly Sentence[] {
  const newest = old.reduce((seq, event) => Math.max(seq, event.seq), -1);
  return events
    .filter(({ seq }) => seq > newest)
    .map(({ from, text, isBad }) => ({ text: `${from}: ${text}.`, isBad }));
}

function panelWords({ name, value, unit, note }: Panel): string {
  const words = value === null ? 'no data' : valueWords(value, unit);
  return note === '' ? `${name} ${words}` : `${name} ${words}, ${note}`;
}

function valueWords(value: number, unit: Panel['unit']): string {
  switch (unit) {
    case 'up':
      return value === 1 ? 'up' : 'DOWN';
    case 'breaker':
      return value === 0 ? 'closed' : 'OPEN';
    case 'per second':
      return `${Number(value.toPrecision(3))} per second`;
    case 'seconds':
      return `${Math.round(value)} seconds`;
    case 'count':
      return String(value);
  }
}
