import { STREAM_FIELDS } from '../../engine/domain/wire/stream-fields.js';
import { STREAMS } from '../../engine/domain/wire/streams.js';

/** What a writer sends that turned "nothing" into a text, instead of leaving the field out. */
const NO_VALUES: ReadonlySet<string> = new Set(['None', 'null', 'undefined', 'NaN', 'nan']);

interface StreamEntry {
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** In how many of the sampled entries a field is not as the events of the engine say. */
export interface EntryFinding {
  readonly level: 'FAIL' | 'WARN';
  readonly stream: string;
  readonly kind: 'field missing' | 'field unknown' | 'no value';
  readonly field: string;
  readonly entries: number;
  readonly sampled: number;
  /** An entry that shows it. */
  readonly example: string;
  readonly words: string;
}

/** Streams whose entries have fields that are known: all that the engine writes. */
export const CHECKED_STREAMS: readonly string[] = Object.values(STREAMS).map(({ name }) => name);

/** Live entries of a stream against the fields that its messages have. */
export function compareEntries(
  stream: string,
  entries: readonly StreamEntry[],
): readonly EntryFinding[] {
  const fields = fieldsOf(stream);
  const found = new Map<string, { kind: EntryFinding['kind']; field: string; ids: string[] }>();
  const note = (kind: EntryFinding['kind'], field: string, id: string) => {
    const key = `${kind} ${field}`;
    const known = found.get(key) ?? { kind, field, ids: [] };
    known.ids.push(id);
    found.set(key, known);
  };
  for (const { id, fields: given } of entries) {
    for (const [field, presence] of Object.entries(fields)) {
      if (presence === 'always' && given[field] === undefined) note('field missing', field, id);
    }
    for (const [field, value] of Object.entries(given)) {
      if (!Object.hasOwn(fields, field)) note('field unknown', field, id);
      else if (NO_VALUES.has(value)) note('no value', field, id);
    }
  }
  return [...found.values()].map(({ kind, field, ids }) => {
    const [example = ''] = ids;
    const count = { entries: ids.length, sampled: entries.length };
    const words = `${wordsOf(kind, field, stream)} in ${ids.length} of ${entries.length} entries, e.g. ${example}`;
    // Readers pass over a field that they do not know; they cannot make up one that is missing.
    const level = kind === 'field unknown' ? 'WARN' : 'FAIL';
    return { level, stream, kind, field, ...count, example, words };
  });
}

function wordsOf(kind: EntryFinding['kind'], field: string, stream: string): string {
  switch (kind) {
    case 'field missing':
      return `field ${field} of ${stream} is missing`;
    case 'field unknown':
      return `field ${field} of ${stream} is unknown`;
    case 'no value':
      return `field ${field} of ${stream} holds the text of a missing value`;
  }
}

function fieldsOf(stream: string): Readonly<Record<string, 'always' | 'sometimes'>> {
  const found = Object.entries(STREAMS).find(([, { name }]) => name === stream);
  const fields: Readonly<Record<string, Readonly<Record<string, 'always' | 'sometimes'>>>> =
    STREAM_FIELDS;
  return fields[found?.[0] ?? ''] ?? {};
}
