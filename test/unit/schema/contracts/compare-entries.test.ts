import { expect, it } from 'vitest';
import { STREAM_FIELDS } from '../../../../src/engine/domain/wire/stream-fields.js';
import { publishPlan } from '../../../../src/engine/domain/wire/publish-plan.js';
import { STREAMS } from '../../../../src/engine/domain/wire/streams.js';
import { compareEntries } from '../../../../src/schema/contracts/compare-entries.js';
import { FACTS, IDS } from '../../engine/domain/wire/facts.js';

const NAMES = Object.keys(STREAMS) as (keyof typeof STREAMS)[];

function entry(stream: keyof typeof STREAMS, wanted: 'all' | 'always') {
  const fields: Readonly<Record<string, string>> = STREAM_FIELDS[stream];
  const names = Object.keys(fields).filter((name) => wanted === 'all' || fields[name] === 'always');
  return Object.fromEntries(names.map((name) => [name, 'x']));
}

it.each(NAMES)('%s: takes an entry with and without what is there sometimes', (stream) => {
  const { name } = STREAMS[stream];
  const entries = (['all', 'always'] as const).map((wanted, at) => ({
    id: `${at + 1}-0`,
    fields: entry(stream, wanted),
  }));
  expect(compareEntries(name, entries)).toEqual([]);
});

it('takes every entry that the engine publishes', () => {
  const plans = Object.values(FACTS).flatMap((fact) =>
    publishPlan(fact, { ids: IDS, proofOf: () => ({ bundle: '{}' }) }),
  );
  const sent = plans.flatMap((one) => (one.to === 'stream' ? [one] : []));
  expect(new Set(sent.map(({ name }) => name)).size).toBe(NAMES.length);
  for (const { name, fields } of sent) {
    expect(compareEntries(name, [{ id: '1-0', fields }]), name).toEqual([]);
  }
});

it('counts in how many entries a field is wrong, and names one', () => {
  const fields = entry('signals', 'all');
  const without = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'symbol'));
  const entries = [
    { id: '1-0', fields },
    { id: '2-0', fields: without },
    { id: '3-0', fields: { ...without, qty: '1' } },
  ];
  expect(compareEntries('stream.signals', entries).map(({ words }) => words)).toEqual([
    'field symbol of stream.signals is missing in 2 of 3 entries, e.g. 2-0',
    'field qty of stream.signals is unknown in 1 of 3 entries, e.g. 3-0',
  ]);
});
