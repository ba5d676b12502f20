import {
  EXACT_JSON_LIMITS,
  isExactObject,
  JsonFloat,
  readExactJson,
  type ExactJson,
} from '../../engine/domain/exact-json.js';
import { STREAMS } from '../../engine/domain/wire/streams.js';
import { evidence, notExamined, type Check } from '../check.js';
import type { HeardTicks, StreamSamples } from './facts.js';
import { entriesOf, shown, streamCheck, type StreamName } from './sample.js';

/** Texts in which any word may stand. */
const WORDS = new Set(['symbol', 'reason', 'error_message', 'message', 'strategy_id', 'bot_id']);
const NON_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const NUMERIC = /^[+-]?\d+(?:\.\d+)?e[+-]?\d+$/i;
const LIMITS = { ...EXACT_JSON_LIMITS, nonFinite: true };

const figures = streamCheck({
  id: 'streams.figures',
  level: 'P0',
  title: 'every figure is a finite number',
  matters: 'one NaN in a position, and the exposure limit never blocks again until a restart',
  components: ['signal', 'risk', 'execution'],
  looks: ['ticks'],
  examine: ({ samples }, { readings: { ticks } }) => {
    const { value } = samples;
    const heard = ticks.state === 'read' ? ticks.value : null;
    const bad = [...streamFaults(value), ...stateFaults(value), ...tickFaults(heard)];
    const entries = value.streams.reduce((sum, { entries: all }) => sum + (all?.length ?? 0), 0);
    const looked =
      `${entries} entries, ${value.states?.length ?? 0} states, ` +
      `${heard?.messages.length ?? 0} messages`;
    const [first] = bad;
    if (first === undefined) {
      if (entries === 0) return notExamined('nothing was ever published');
      const says = `all figures are finite: ${looked}`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    return {
      status: 'FAIL',
      says: `${bad.length} figures are not finite in ${looked}; the first: ${first}`,
      evidence: bad.slice(0, 10).map((fault) => evidence(samples, fault)),
      figures: { not_finite: bad.length },
      remedy: {
        does: 'stop trading, restart every service that has read it, then look at positions and tables',
        command: 'cdb kill-switch engage --reason "a figure is not finite"',
        risk: 'nothing is ordered until it is released',
        gate: null,
        testsAfter: ['cdb doctor --only streams.figures,streams.exposure'],
      },
    };
  },
});

function streamFaults(samples: StreamSamples): readonly string[] {
  return (Object.keys(STREAMS) as StreamName[]).flatMap((name) =>
    entriesOf(samples, name).flatMap(({ id, fields }) =>
      Object.entries(fields)
        .filter(([field, text]) => !WORDS.has(field) && isNonFinite(text))
        .map(([field, text]) => `${STREAMS[name].name} ${id}: ${shown(field)} is ${shown(text)}`),
    ),
  );
}

function stateFaults({ states }: StreamSamples): readonly string[] {
  return (states ?? []).flatMap(({ key, texts }) => {
    const text = texts?.find(isNonFinite);
    return text === undefined ? [] : [`${shown(key)} holds a figure that is not finite`];
  });
}

function tickFaults(ticks: HeardTicks | null): readonly string[] {
  return (ticks?.messages ?? [])
    .filter(({ text }) => isNonFinite(text))
    .map(({ text }) => `market_data: ${shown(text)}`);
}

/** A number that is none, or a JSON text with one in it, as a number or as a text of its own. */
function isNonFinite(text: string): boolean {
  if (NON_FINITE.test(text)) return true;
  if (NUMERIC.test(text)) return !Number.isFinite(Number(text));
  if (!/^\s*[[{]/.test(text)) return false;
  const read = readExactJson(text, LIMITS);
  return read.ok && holdsNonFinite(read.value);
}

function holdsNonFinite(value: ExactJson): boolean {
  if (value instanceof JsonFloat) return !Number.isFinite(value.value);
  if (Array.isArray(value)) return value.some((item: ExactJson) => holdsNonFinite(item));
  if (!isExactObject(value)) return false;
  return [...value].some(([name, member]) => {
    if (typeof member !== 'string') return holdsNonFinite(member);
    return !WORDS.has(name) && NON_FINITE.test(member);
  });
}

export const FIGURE_CHECKS: readonly Check[] = [figures];
