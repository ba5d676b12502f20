import { reasonMeaning } from '../../engine/domain/reason-codes.js';
import type { FlippingChange } from '../../engine/explain/counterfactual.js';
import type { Explanation, JudgedAgain } from '../../engine/explain/explanation.js';
import type { Step } from '../../engine/explain/path.js';
import type { Change } from '../../engine/explain/smallest-change.js';
import type { DecisionTrace, TraceRow } from '../../engine/ports/decision-trace.js';
import { whenText } from '../../view/age.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { configKey } from './explanation-json.js';
import { amountWords, limitWords, unitWords } from './limit-words.js';

/** Further ones are in the JSON form. */
const NEAREST_SHOWN = 5;

export function explanationText(
  trace: DecisionTrace,
  explanation: Explanation,
  nowMs: number,
): string {
  const { path, judgedAgain, missing } = explanation;
  return [
    headText(trace, explanation, nowMs),
    path.length === 0 ? '' : pathText(path),
    judgedAgain === null ? '' : judgedText(judgedAgain),
    missing.length === 0 ? '' : listText('not on record', missing),
  ].join('');
}

function headText(
  { matched, run, decision, signal, control }: DecisionTrace,
  { verdict, path }: Explanation,
  nowMs: number,
): string {
  const side = path.find(({ step }) => step === 'signal')?.facts.find(([name]) => name === 'side');
  const decidedMs = path.find(({ step }) => step === 'decision')?.atMs ?? null;
  const words = [
    ...[`${matched.kind} ${matched.id}`, textOf(decision ?? signal, 'symbol') ?? matched.symbol],
    ...[side?.[1], verdict?.decision, verdict?.code],
  ].filter((word) => word !== undefined && word !== null && word !== '');
  const when = decidedMs === null ? [] : [`decided ${whenText(decidedMs, nowMs)}`];
  const runWords =
    run === null
      ? []
      : [
          `run ${textOf(run, 'run_group') ?? textOf(run, 'run_id') ?? ''}`,
          ...[textOf(run, 'mode') ?? '', `feed ${textOf(run, 'feed') ?? ''}`],
        ];
  const lines = [words.join('  '), [...when, ...runWords].join(', ')];
  if (verdict !== null && verdict.code !== null) {
    const detail = verdict.detail === '' ? '' : ` (${verdict.detail})`;
    lines.push(`${verdict.code}: ${reasonMeaning(verdict.code)}${detail}`);
  }
  if (verdict?.code === 'RK_KILL_SWITCH' && control !== null) lines.push(controlWords(control));
  return lines
    .filter((line) => line !== '')
    .map(lineOf)
    .join('');
}

/** Who stopped it, and why: the change of the kill switch that the decision knew. */
function controlWords(control: TraceRow): string {
  const words = ['reason', 'message'].map((name) => textOf(control, name) ?? '');
  const why = words.filter((word) => word !== '').join(', ');
  const [epoch, level, operator] = ['epoch', 'level', 'operator'].map(
    (name) => textOf(control, name) ?? '',
  );
  return `epoch ${epoch ?? ''}: ${level ?? ''} by ${operator ?? ''} (${why})`;
}

function pathText(path: readonly Step[]): string {
  const table = textTable(
    [
      { title: 'step' },
      { title: 'time (UTC)' },
      { title: 'delay', align: 'right' },
      { title: 'age at decision', align: 'right' },
      { title: 'what', widthMax: 160 },
    ],
    path.map(({ step, atMs, delayMs, ageMs, facts, from }) => [
      step,
      atMs === null ? 'no time' : new Date(atMs).toISOString().slice(0, 23).replace('T', ' '),
      delayMs === null ? '' : spanText(delayMs, '+'),
      ageMs === null ? '' : spanText(ageMs, ''),
      from === null
        ? 'not on record'
        : facts.map(([name, value]) => `${name} ${amountWords(value)}`).join('  '),
    ]),
  );
  return `\n${table}`;
}

/** To the millisecond: that is what is on record. */
function spanText(ms: number, plus: string): string {
  const sign = ms < 0 ? '-' : plus;
  const span = Math.abs(ms);
  if (span < 1_000) return `${sign}${span} ms`;
  if (span < 600_000) return `${sign}${(span / 1_000).toFixed(3)} s`;
  return `${sign}${Math.round(span / 60_000)} min`;
}

function judgedText(judged: JudgedAgain): string {
  const { agrees, code, limits } = judged;
  const deciding = limits.find(({ outcome }) => outcome === 'decides');
  const decided =
    deciding === undefined ? [] : [`decided by ${deciding.code}: ${limitWords(deciding)}`];
  const finding = agrees
    ? []
    : [`FINDING: judged again the verdict is ${code ?? 'ALLOW'}, and the record has another`];
  const table = textTable(
    [{ title: 'code' }, { title: 'outcome' }, { title: 'value and limit', widthMax: 160 }],
    limits.map((row) => [row.code, row.outcome, limitWords(row)]),
  );
  return [
    finding.length + decided.length === 0 ? '' : '\n',
    ...[...finding, ...decided].map(lineOf),
    changesText(judged),
    '\nlimits in the order of the checks, as recorded with the decision\n',
    table,
  ].join('');
}

function changesText({ code, single, together }: JudgedAgain): string {
  if (code === null) {
    const nearest = single.slice(0, NEAREST_SHOWN);
    return listText('nearest to a refusal, each alone', nearest.map(refusingWords));
  }
  if (single.length > 0) {
    return listText('smallest change that allows it, each alone', single.map(changeWords));
  }
  return together.length === 0
    ? lineOf('no change of what is on record allows it')
    : listText(
        'no single change allows it; the smallest that do together',
        together.map(changeWords),
      );
}

function refusingWords(change: FlippingChange): string {
  return `${changeWords(change)} gives ${change.gives ?? 'ALLOW'}`;
}

function changeWords({ name, kind, unit, from, to, by }: Change): string {
  const named = kind === 'limit' ? configKey(name) : name;
  const amount = by === null ? '' : ` (${byWords(by)})`;
  const what = `${named} ${from === null ? 'missing' : amountWords(from)} -> ${amountWords(to)}`;
  return `${what}${unitWords(unit)}${amount}`;
}

function byWords(by: string): string {
  return by.startsWith('-') ? `${amountWords(by.slice(1))} less` : `${amountWords(by)} more`;
}

function listText(title: string, lines: readonly string[]): string {
  return [`\n${title}\n`, ...lines.map((line) => lineOf(`  ${line}`))].join('');
}

function lineOf(text: string): string {
  return `${plainText(text)}\n`;
}

function textOf(row: Readonly<Record<string, unknown>> | null, name: string): string | null {
  const value = row?.[name];
  return typeof value === 'string' ? value : null;
}
