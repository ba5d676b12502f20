import type { ExpiringKey, StackServer, TopicListeners } from '../engine/ports/stack-reader.js';
import { durationText } from '../view/age.js';
import { countText } from '../view/figure.js';
import type { StackView } from '../view/stack-view.js';
import { streamViewJson } from '../view/streams-json.js';
import { lastText } from './streams/last-text.js';
import { bytesText } from './tables/amounts.js';
import { plainText } from '../view/plain-text.js';
import { textTable } from './tables/text-table.js';

const STATES_SHOWN_MAX = 8;
const LABEL_WIDTH = 8;

/** @param where names the place of the URL, never the URL */
export function stackText(view: StackView, where: string, nowMs: number): string {
  return [
    line('stack', `${view.word}: the Redis of ${where}; ${view.startedBy}`),
    ...view.reasons.map((reason) => line('because', reason)),
    ...view.warnings.map((warning) => line('WARN', warning)),
    '\n',
    streamsTable(view, nowMs),
    '\n',
    line('listen', view.topics.map(topicWords).join(', ')),
    line('states', statesWords(view.states)),
    line('server', serverWords(view.server)),
  ].join('');
}

function streamsTable({ streams, server, observedAtMs }: StackView, nowMs: number): string {
  // Ages are of the server's clock; the time since we looked is ours.
  const thereMs = (server.clockMs ?? observedAtMs) + (nowMs - observedAtMs);
  const rows = streams
    .map(streamViewJson)
    .map((stream) => [
      stream.name,
      stream.exists ? countText(stream.length) : 'no data',
      stream.length_max === null ? 'none' : countText(stream.length_max),
      lastText(stream, thereMs),
      stream.capped ? 'full: its length is not the total' : '',
    ]);
  return textTable(
    [
      { title: 'stream' },
      { title: 'length', align: 'right' },
      { title: 'cap', align: 'right' },
      { title: 'last', align: 'right' },
      { title: 'note' },
    ],
    rows,
  );
}

function topicWords({ topic, subscribers }: TopicListeners): string {
  return `${topic} ${subscribers === null ? 'unknown' : countText(subscribers)}`;
}

function statesWords(states: readonly ExpiringKey[]): string {
  if (states.length === 0) return 'none';
  const shown = states.slice(0, STATES_SHOWN_MAX).map(({ key, ttlMs }) => {
    return `${key} ${ttlMs === null ? 'without expiry' : `for ${durationText(ttlMs)}`}`;
  });
  const more = states.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${countText(more)} more` : ''}`;
}

function serverWords(server: StackServer): string {
  const { version, role, maxmemoryPolicy, maxmemoryBytes, usedMemoryBytes } = server;
  const limit =
    maxmemoryBytes === null
      ? 'unknown limit'
      : maxmemoryBytes === 0
        ? 'no limit'
        : `of ${bytesText(maxmemoryBytes)}`;
  const used = usedMemoryBytes === null ? 'unknown' : bytesText(usedMemoryBytes);
  return [
    `Redis ${version ?? 'of unknown version'}`,
    role ?? 'role unknown',
    `memory ${used}, ${limit}`,
    maxmemoryPolicy ?? 'policy unknown',
    `append-only file ${onOff(server.isAppendOnly)}`,
  ].join(', ');
}

function onOff(value: boolean | null): string {
  if (value === null) return 'unknown';
  return value ? 'on' : 'off';
}

function line(label: string, text: string): string {
  return `${plainText(label).padEnd(LABEL_WIDTH)} ${plainText(text)}\n`;
}
