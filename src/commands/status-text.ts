import { agoText, durationText, utcText } from '../view/age.js';
import { Figure } from '../view/figure.js';
import type { SystemView } from '../view/system-view.js';
import { shareWords, sharedText } from './status-shared-text.js';
import { amountText, bytesText, moneyText } from './tables/amounts.js';
import { plainText } from '../view/plain-text.js';
import { textTable } from './tables/text-table.js';
import { wrapped } from './watch/wrap.js';

type FeedClock = NonNullable<SystemView['feed']>['clock'];

const CODES_MAX = 8;
const SYMBOLS_MAX = 8;
const AMOUNTS_PER_LINE = 4;
export const LABEL_WIDTH = 18;

/**
 * The compact screen of `cdb status`; every figure with its age.
 * @param columns of a terminal that shows the beginning and cuts what is too long: what is wrong
 *   then stands at the top and in full. Null: it stands at the end, where the eye is afterwards
 */
export function statusText(view: SystemView, nowMs: number, columns: number | null = null): string {
  const reasons = [
    ...view.notes.map((note) => line('note', note)),
    ...view.reasons.map((reason) => line('because', reason)),
  ].join('');
  return [
    wordLine(view),
    columns === null ? '' : wrapped(reasons, columns),
    headline(view, nowMs),
    feedLines(view, nowMs),
    view.shared === null ? '' : sharedText(view.shared, nowMs),
    effectsText(view, nowMs),
    countsText(view, nowMs),
    auditLines(view, nowMs),
    portfolioLines(view, nowMs),
    exitLines(view, nowMs),
    symbolLines(view, nowMs),
    columns === null ? reasons : '',
  ].join('');
}

function wordLine({ word, control, run }: SystemView): string {
  return line('cdb', `${word}   ${control.mode.toUpperCase()}   orders go to: ${run.ordersTo}`);
}

function headline({ control, run, shared, observedAtMs }: SystemView, nowMs: number): string {
  const level = `${control.level} since ${utcText(control.atMs)} by ${control.operator}`;
  const why = [control.reason, control.message].filter((text) => text !== '').join(': ');
  const scopes = Object.entries(control.scopes).map(([scope, at]) => `${scope} is ${at}`);
  const uptime = durationText(nowMs - run.startedAtMs);
  return [
    line('level', `${level} (${why}), epoch ${control.epoch}`),
    ...scopes.map((scope) => line('scope', scope)),
    line('engine', `${run.phase}, pid ${run.pid}, up ${uptime}, version ${run.codeVersion}`),
    line('run', `${run.runId}   as of ${agoText(observedAtMs, nowMs)}`),
    ...(shared === null ? [] : [line('this process', shareWords(shared))]),
    line('feed', run.feed),
    line('database', run.database),
  ].join('');
}

function feedLines({ feed }: SystemView, nowMs: number): string {
  if (feed === null) return '';
  const symbols = feed.symbols.slice(0, SYMBOLS_MAX).map(({ symbol, state, why, silentMs }) => {
    const silent = silentMs.text(nowMs, (ms) => `last data ${durationText(ms)} ago`);
    return line(`  ${symbol}`, [state, why, silent].filter((text) => text !== '').join(', '));
  });
  const more = feed.symbols.length - SYMBOLS_MAX;
  const connections = feed.connections.map(({ id, state, sinceMs, symbols: count, why }) => {
    const since = `since ${utcText(sinceMs)}`;
    const because = why === '' ? '' : `: ${why}`;
    return line('  connection', `${id} ${state} ${since}, ${count} symbols${because}`);
  });
  const counts = Object.entries(feed.counts).map(([label, figure]) => ({ label, figure }));
  return [
    ...symbols,
    ...(more > 0 ? [line('', `and ${more} more symbols`)] : []),
    ...connections,
    line('  received', Figure.line(nowMs, counts)),
    line('  venue clock', clockWords(feed.clock, nowMs)),
  ].join('');
}

function clockWords({ offsetMs, errorMs, confidence }: FeedClock, nowMs: number): string {
  const figures = [
    { label: '', figure: offsetMs, words: (ms: string | number) => `${ms} ms ahead of ours` },
    { label: 'error at most', figure: errorMs, words: (ms: string | number) => `${ms} ms` },
  ];
  return `confidence ${confidence}: ${Figure.line(nowMs, figures)}`;
}

function effectsText({ effects }: SystemView, nowMs: number): string {
  const rows = effects.map(({ name, word, reason, cause, effect }) => [
    name,
    word,
    cause.lastText(nowMs),
    effect.lastText(nowMs),
    reason,
  ]);
  const titles = ['effect', 'state', 'last cause', 'last effect', 'evidence'];
  return `\n${textTable(
    titles.map((title) => ({ title, widthMax: 100 })),
    rows,
  )}\n`;
}

function countsText({ counts, blockedByCode }: SystemView, nowMs: number): string {
  const codes = Object.entries(blockedByCode).slice(0, CODES_MAX);
  return [
    ...Object.entries(counts).map(([name, count]) =>
      line(name.replace('_', ' '), count.text(nowMs)),
    ),
    ...codes.map(([code, count]) => line(`  ${code}`, count.text(nowMs))),
  ].join('');
}

function auditLines({ audit }: SystemView, nowMs: number): string {
  const spool = Figure.line(nowMs, [
    { label: 'lag', figure: audit.lagMs, words: (ms) => durationText(Number(ms)) },
    { label: 'spool', figure: audit.spoolBatches, words: (batches) => `${batches} batches` },
    { label: '', figure: audit.spoolBytes, words: (bytes) => bytesText(Number(bytes)) },
  ]);
  return `\n${line('audit', audit.sentence)}${line('', spool)}`;
}

function portfolioLines({ portfolio }: SystemView, nowMs: number): string {
  const amounts = Object.entries(portfolio.amountsUsdt).map(([name, figure]) => ({
    label: name.replace('_', ' '),
    figure,
    words: (text: string | number) => moneyText(String(text)),
  }));
  const lines = [amounts.slice(0, AMOUNTS_PER_LINE), amounts.slice(AMOUNTS_PER_LINE)];
  const open = Figure.line(nowMs, [
    { label: 'open positions', figure: portfolio.openPositions },
    { label: 'open orders', figure: portfolio.openOrders },
  ]);
  const book = portfolio.book === 'real' ? 'in USDT' : 'in USDT, HYPOTHETICAL: nothing was sent';
  const breakers = portfolio.breakersOpen.map((name) => line('breaker', `${name} is OPEN`));
  return [
    line('portfolio', book),
    ...lines.map((part) => line('', Figure.line(nowMs, part))),
    line('', open),
    ...breakers,
  ].join('');
}

/** What a stop asked for, and what is left of it. */
function exitLines({ exits }: SystemView, nowMs: number): string {
  return exits
    .map(({ killId, what, scopes, state, openOrders, positions, why }) => {
      const where = scopes.length === 0 ? 'everything' : scopes.join(', ');
      const orders = openOrders.text(nowMs, (count) => `${count} open orders`);
      const held = positions.length === 0 ? 'no position' : positions.map(heldText).join(', ');
      const reason = why === '' ? '' : `: ${why}`;
      return line(
        what,
        `${state.toUpperCase()} ${where}, left ${orders}, ${held}${reason} (kill ${killId})`,
      );
    })
    .join('');
}

function heldText(position: string): string {
  const [qty = '', symbol = ''] = position.split(' ');
  return `${amountText(qty)} ${symbol}`;
}

function symbolLines({ symbols }: SystemView, nowMs: number): string {
  const shown = symbols.slice(0, SYMBOLS_MAX).map(({ symbol, lastPrice, regime, atr, adx }) =>
    line(
      symbol,
      Figure.line(nowMs, [
        { label: 'price', figure: lastPrice, words: (text) => amountText(String(text)) },
        { label: 'regime', figure: regime },
        { label: 'ATR', figure: atr, words: (value) => Number(value).toFixed(4) },
        { label: 'ADX', figure: adx, words: (value) => Number(value).toFixed(1) },
      ]),
    ),
  );
  const more = symbols.length - SYMBOLS_MAX;
  return [...shown, ...(more > 0 ? [line('', `and ${more} more symbols`)] : [])].join('');
}

function line(label: string, text: string): string {
  return `${plainText(label).padEnd(LABEL_WIDTH)} ${plainText(text)}\n`;
}
