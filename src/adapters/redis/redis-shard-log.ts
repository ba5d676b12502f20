import type { Input } from '../../engine/domain/inputs.js';
import { batchFields, batchOf } from '../../engine/domain/folded-batch-fields.js';
import type {
  Delivered,
  ShardHead,
  ShardLog,
  SourceOffsets,
} from '../../engine/ports/shard-log.js';
import { DependencyError } from '../../operator-error.js';
import type { RedisLink, RedisScript, Word } from './redis-link.js';
import { shardKeys } from './shard-keys.js';
import { BEGIN, DELIVER, PUT_FACTS, WRITTEN } from './shard-scripts.js';
import { fieldsOf, readEntries } from './stream-entries.js';

export interface ShardLinks {
  /** For what answers at once. */
  readonly data: RedisLink;
  /** For reads that wait: whatever comes behind them waits too. */
  readonly waiting: RedisLink;
}

export interface RedisShardPlace {
  readonly runGroup: string;
  readonly shard: number;
  /** Inputs that may wait. */
  readonly inputsMax: number;
  /** Replicas that must have a change before it counts; 0 = the primary's word is enough. */
  readonly waitReplicas: number;
}

/** So long a change may take to the replicas. */
const REPLICAS_MS = 1_000;

/** A shard on Redis Streams (keys: shard-keys.ts; each change: one script). */
export function redisShardLog({ data, waiting }: ShardLinks, at: RedisShardPlace): ShardLog {
  const { meta, inputs, facts, fence } = shardKeys(at.runGroup, at.shard);
  const named = (action: string) => `${action} shard ${at.shard}`;
  const change = async (action: string, script: RedisScript, keys: string[], words: Word[]) => {
    const answer = await data.run(named(action), script, keys, words);
    if (at.waitReplicas > 0) await untilCopied(data, named(action), at.waitReplicas);
    return answer;
  };
  const read = (stream: string, afterSeq: number, limit: number, waitMs: number) =>
    readEntries(waitMs > 0 ? waiting : data, named('read'), { stream, afterSeq, limit, waitMs });
  return {
    shard: at.shard,
    head: async () => {
      const [values, first] = await Promise.all([
        data.call(named('look at'), 'HGETALL', meta),
        data.call(named('look at'), 'XRANGE', inputs, '-', '+', 'COUNT', 1),
      ]);
      return headOf(fieldsOf(values), first);
    },
    begin: async (owner, { seq, sources }, opening) => {
      const pairs = Object.entries(sources);
      const words = [owner, seq, pairs.length, ...pairs.flat(), ...opening.map(inputText)];
      const keys = [meta, inputs, facts, fence];
      return (await change('begin', BEGIN, keys, words)) === 'taken';
    },
    deliver: async ({ source, afterOffset, upTo, inputs: given, feeder, owner }) => {
      const who = [feeder ?? '', owner ?? ''];
      const words = [source, afterOffset, ...who, at.inputsMax, upTo ?? 0];
      const pairs = given.flatMap(({ offset, input }) => [offset, inputText(input)]);
      const keys = [meta, inputs, fence];
      return delivered(await change('fill', DELIVER, keys, [...words, ...pairs]));
    },
    read: async (afterSeq, limit, waitMs) =>
      (await read(inputs, afterSeq, limit, waitMs)).map(({ seq, fields }) => ({
        seq,
        source: fields['s'] ?? '',
        offset: Number(fields['o']),
        input: JSON.parse(fields['i'] ?? 'null') as Input,
      })),
    putFacts: async (owner, batch) => {
      const pairs = Object.entries(batchFields(batch)).flat();
      const words = [owner, batch.seqFirst, batch.seqLast, ...pairs];
      const answer = await change('commit to', PUT_FACTS, [meta, facts, fence], words);
      const [state, writtenSeq] = answer as ['taken' | 'fenced' | 'absent', unknown];
      return state === 'taken' ? { state, writtenSeq: Number(writtenSeq) } : { state };
    },
    facts: async (afterSeq, limit, waitMs) =>
      (await read(facts, afterSeq, limit, waitMs)).map(({ fields }) => batchOf(fields)),
    written: async (seq, durable) => {
      const words = [seq, ...Object.entries(durable).flat()];
      await data.run(named('acknowledge'), WRITTEN, [meta, facts], words);
    },
    trimBelow: async (seq) => {
      await data.call(named('trim'), 'XTRIM', inputs, 'MINID', `${seq}-0`);
    },
  };
}

/** Whether a copy that is late is lost is not known: the change is made again, without effect. */
async function untilCopied(link: RedisLink, action: string, replicas: number): Promise<void> {
  const copied = Number(await link.call(action, 'WAIT', replicas, REPLICAS_MS));
  if (copied >= replicas) return;
  throw new DependencyError(
    `Cannot ${action}: ${copied} of ${replicas} replicas have it after ${REPLICAS_MS} ms`,
    { dependency: 'redis', retryable: true },
  );
}

function inputText(input: Input): string {
  return JSON.stringify(input);
}

function delivered(answer: unknown): Delivered {
  const [state, offset] = answer as [Delivered['state'], unknown];
  return state === 'taken' || state === 'behind' ? { state, offset: Number(offset) } : { state };
}

function headOf(meta: Readonly<Record<string, string>>, first: unknown): ShardHead | null {
  if (meta['seq'] === undefined) return null;
  const [entry] = first as [string, unknown][];
  return {
    seq: Number(meta['seq']),
    foldedSeq: Number(meta['folded']),
    writtenSeq: Number(meta['written']),
    sources: offsets(meta, 'src:'),
    durable: offsets(meta, 'dur:'),
    firstSeq: entry === undefined ? null : Number.parseInt(entry[0], 10),
  };
}

function offsets(meta: Readonly<Record<string, string>>, prefix: string): SourceOffsets {
  return Object.fromEntries(
    Object.entries(meta)
      .filter(([field]) => field.startsWith(prefix))
      .map(([field, value]) => [field.slice(prefix.length), Number(value)]),
  );
}
