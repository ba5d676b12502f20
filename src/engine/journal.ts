import { assertInvariant } from './domain/invariant.js';
import type { Input, SequencedInput } from './domain/inputs.js';
import type { EventLog } from './ports/event-log.js';

const READ_LIMIT = 2_000;

/** The inputs of one run, in order, on disk before the core sees them. */
export interface Journal {
  readonly lastSeq: number;
  append(inputs: readonly Input[]): Promise<readonly SequencedInput[]>;
  /** Makes everything appended so far survive power loss. */
  sync(): Promise<void>;
  /** Inputs behind `afterSeq`, oldest first, in batches. */
  read(afterSeq: number): AsyncIterable<readonly SequencedInput[]>;
  trimBelow(seq: number): Promise<void>;
}

export function journalStream(runId: string): string {
  return `inputs.${runId}`;
}

/**
 * `seqFloor`: the highest sequence that any run of this state directory has used; a run goes on
 * above it, so that ids in the shared output streams only ever rise.
 */
export async function openJournal(
  log: EventLog,
  runId: string,
  seqFloor: number,
): Promise<Journal> {
  const stream = journalStream(runId);
  const info = await log.info(stream);
  let lastSeq = Math.max(seqFloor, info?.lastId?.seq ?? 0);
  return {
    get lastSeq() {
      return lastSeq;
    },
    async append(inputs) {
      const sequenced = inputs.map((input, i) => ({ seq: lastSeq + 1 + i, input }));
      const entries = sequenced.map(({ seq, input }) => ({
        id: { seq, ord: 0 },
        fields: { input: JSON.stringify(input) },
      }));
      const added = await log.append(stream, entries);
      assertInvariant(added === entries.length, `journal took ${String(added)} of its inputs`);
      lastSeq += inputs.length;
      return sequenced;
    },
    sync: () => log.sync(stream),
    trimBelow: (seq) => log.trimBelow(stream, { seq, ord: 0 }),
    read: (afterSeq) => readInputs(log, stream, afterSeq),
  };
}

async function* readInputs(
  log: EventLog,
  stream: string,
  afterSeq: number,
): AsyncGenerator<readonly SequencedInput[]> {
  let after = { seq: afterSeq, ord: 0 };
  for (;;) {
    const entries = await log.read(stream, after, READ_LIMIT);
    const last = entries.at(-1);
    if (last === undefined) return;
    yield entries.map(({ id, fields }) => ({
      seq: id.seq,
      input: JSON.parse(fields['input'] ?? 'null') as Input,
    }));
    after = last.id;
  }
}
