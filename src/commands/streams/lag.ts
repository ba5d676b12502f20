import { serverTimeOf, type LogId } from '../../engine/ports/event-log.js';
import type { StackReader, StreamGroup } from '../../engine/ports/stack-reader.js';
import { EXIT } from '../../operator-error.js';
import { agoText, durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { lagJson, readLag, type Lag, type Progress } from '../../view/progress.js';
import { logIdText, parseLogId } from '../../view/stream-page.js';
import { streamViews, type StreamJson } from '../../view/streams-json.js';
import { ASK_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { lastText } from './last-text.js';
import { originText, type Origin } from './list.js';

/** How far publication is behind, and what came last in each stream. Starts nothing. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const fields = chooseFields('streams lag', LAG_FIELDS, options.list('fields'));
  const ports = await services.operator(options, io);
  const { lag, from, groups } = await readAll(ports);
  const { progress, streams } = lagJson(lag);
  const behind = { behind_inputs: lag.progress === null ? null : behindInputs(lag.progress) };
  printRows(io, {
    command: 'streams.lag',
    rows: streams.map((stream) => lagRow(stream, lag.progress)),
    fields,
    data: (rows) => ({
      from,
      progress: progress === null ? null : { ...progress, ...behind },
      streams: rows,
      groups: groups.map(groupJson),
    }),
    text: (table) => {
      const below = [
        progressText(lag.progress, io.nowMs()),
        groupsText(groups, io.nowMs()),
        originText(from, options),
      ];
      return `${table}${below.join('')}`;
    },
  });
  return EXIT.OK;
}

interface AllLag {
  readonly lag: Lag;
  readonly from: Origin;
  readonly groups: readonly GroupOfStream[];
}

async function readAll(ports: OperatorPorts): Promise<AllLag> {
  const request = { method: 'GET', path: '/lag', timeoutMs: ASK_TIMEOUT_MS } as const;
  const asked = await askEngine(ports.engine, request, readLag);
  if (asked !== null) return { lag: asked, from: 'engine', groups: [] };
  const stack = ports.stack();
  if (stack !== null) return stack.use(readLagOfStack);
  const read = await ports.withEventLog(async (log) => streamViews(await log.list()));
  const progress = await progressOnDisk(ports);
  return {
    lag: { progress, streams: read ?? streamViews([]) },
    from: read === null && progress === null ? 'nothing' : 'files',
    groups: [],
  };
}

/** How far its readers are; how far its writers are behind is not to be seen there. */
async function readLagOfStack(reader: StackReader): Promise<AllLag> {
  const infos = await reader.log.list();
  const groups = await Promise.all(
    infos.map(async ({ name }) => {
      return (await reader.groups(name)).map((group) => ({ stream: name, ...group }));
    }),
  );
  const lag = { progress: null, streams: streamViews(infos) };
  return { lag, from: 'redis', groups: groups.flat() };
}

/** Nothing is folded without an engine, and what is published is what a goodbye has said. */
async function progressOnDisk(ports: OperatorPorts): Promise<Progress | null> {
  const last = await ports.lastRun();
  if (last === null) return null;
  return {
    runId: last.runId,
    observedAtMs: ports.clock.nowMs(),
    seqJournaled: last.seqJournaled,
    seqFolded: null,
    seqCommitted: last.seqCommitted,
    seqPublished: last.seqCommitted,
    publishLagMs: null,
  };
}

interface LagRow extends Pick<
  StreamJson,
  'name' | 'exists' | 'newest_id' | 'last_at' | 'length' | 'length_max' | 'capped'
> {
  /** Inputs that were published since its newest entry without adding one. */
  readonly quiet_inputs: number | null;
}

function lagRow(stream: StreamJson, progress: Progress | null): LagRow {
  const { name, exists, newest_id, last_at, length, length_max, capped } = stream;
  const newestSeq = newest_id === null ? undefined : parseLogId(newest_id)?.seq;
  const publishedSeq = progress?.seqPublished ?? null;
  const isKnown = newestSeq !== undefined && publishedSeq !== null;
  const quietInputs = isKnown ? Math.max(0, publishedSeq - newestSeq) : null;
  return {
    ...{ name, exists, newest_id, last_at, length, length_max, capped },
    quiet_inputs: quietInputs,
  };
}

const LAG_FIELDS: RowFields<LagRow> = {
  name: { title: 'stream', text: ({ name }) => name },
  newest_id: { title: 'newest id', align: 'right', text: (row) => row.newest_id ?? 'no data' },
  last_at: { title: 'last', align: 'right', text: lastText },
  quiet_inputs: {
    title: 'inputs since',
    align: 'right',
    text: (row) => (row.quiet_inputs === null ? 'no data' : countText(row.quiet_inputs)),
  },
  length: {
    align: 'right',
    text: ({ exists, length }) => (exists ? countText(length) : 'no data'),
  },
  length_max: {
    title: 'cap',
    align: 'right',
    hidden: true,
    text: (row) => (row.length_max === null ? 'none' : countText(row.length_max)),
  },
  exists: { title: 'ever written', hidden: true, text: ({ exists }) => (exists ? 'yes' : 'no') },
  capped: {
    title: 'note',
    text: ({ capped }) => (capped ? 'CAPPED: length is not the total' : ''),
  },
};

function progressText(progress: Progress | null, nowMs: number): string {
  if (progress === null) return '';
  const { seqJournaled, seqFolded, seqCommitted, seqPublished, publishLagMs } = progress;
  const step = (name: string, seq: number | null, unknown: string) =>
    `${name.padEnd(10)} ${seq === null ? unknown : stepText(seq, seqJournaled)}`;
  const late = publishLagMs === null ? '' : `, the oldest for ${durationText(publishLagMs)}`;
  const lines = [
    `inputs of run ${progress.runId}, as of ${agoText(progress.observedAtMs, nowMs)}`,
    `${'journaled'.padEnd(10)} ${countText(seqJournaled)}`,
    step('folded', seqFolded, 'no data: no engine folds'),
    step('committed', seqCommitted, UNKNOWN),
    `${step('published', seqPublished, UNKNOWN)}${(behindInputs(progress) ?? 0) > 0 ? late : ''}`,
  ];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

const UNKNOWN =
  'no data: the run did not say goodbye; the next start commits and publishes the rest';

function stepText(seq: number, seqJournaled: number): string {
  const behind = seqJournaled - seq;
  return `${countText(seq)}${behind > 0 ? `, ${countText(behind)} behind` : ''}`;
}

function behindInputs({ seqJournaled, seqPublished }: Progress): number | null {
  return seqPublished === null ? null : Math.max(0, seqJournaled - seqPublished);
}

interface GroupOfStream extends StreamGroup {
  readonly stream: string;
}

function groupJson({ stream, name, consumers, pending, lag, lastDeliveredId }: GroupOfStream) {
  const delivered = lastDeliveredId === null ? null : logIdText(lastDeliveredId);
  return { stream, name, consumers, pending, lag, last_delivered_id: delivered };
}

function groupsText(groups: readonly GroupOfStream[], nowMs: number): string {
  const known = (count: number | null) => (count === null ? 'unknown' : countText(count));
  return groups
    .map(({ stream, name, consumers, pending, lag, lastDeliveredId }) => {
      const words = [
        `lag ${known(lag)}`,
        `pending ${known(pending)}`,
        `consumers ${known(consumers)}`,
        deliveredWords(lastDeliveredId, nowMs),
      ];
      return `${plainText(`group ${name} of ${stream}: ${words.join(', ')}`)}\n`;
    })
    .join('');
}

/** A lag that is unknown leaves the age of what was delivered last. */
function deliveredWords(id: LogId | null, nowMs: number): string {
  if (id === null) return 'delivered up to an unknown entry';
  if (id.seq === 0) return 'nothing delivered yet';
  const atMs = serverTimeOf(id);
  const age = atMs === null ? '' : `, ${agoText(atMs, nowMs)}`;
  return `delivered up to ${logIdText(id)}${age}`;
}
