import type { ShardLook, ShardStanding } from '../ports/shared-run-status.js';

/** At one look a second this tells ages up to ten minutes exactly, longer ones within a second look. */
const MARKS_MAX = 600;

/** Up to `seq` the inputs were there at `atMs`. */
interface Mark {
  readonly seq: number;
  readonly atMs: number;
}

interface Seen {
  readonly standing: ShardStanding;
  /** Ascending; none is written yet. */
  readonly marks: readonly Mark[];
}

/** The looks at all shards, one after another: what a single look can't tell is since when. */
export class ShardsSeen {
  #shards = new Map<number, Seen>();
  #atMs: number | null = null;

  get standings(): readonly ShardStanding[] {
    return [...this.#shards.values()].map(({ standing }) => standing);
  }

  /** Of the newest look; null before the first. */
  get atMs(): number | null {
    return this.#atMs;
  }

  note(looks: readonly ShardLook[], nowMs: number): void {
    this.#atMs = nowMs;
    this.#shards = new Map(
      looks.map((look) => [look.shard, seenAgain(this.#shards.get(look.shard), look, nowMs)]),
    );
  }
}

function seenAgain(before: Seen | undefined, look: ShardLook, nowMs: number): Seen {
  const { head } = look;
  const headBefore = before?.standing.head ?? null;
  const lastInputAtMs = before?.standing.lastInputAtMs ?? null;
  if (head === null) {
    const standing = { ...look, unfoldedSinceMs: null, unwrittenSinceMs: null, lastInputAtMs };
    return { standing, marks: [] };
  }
  // A shard that was begun again counts from another place: what was noted of it says nothing.
  const isSame = headBefore !== null && head.seq >= headBefore.seq;
  const marks = marked(isSame ? (before?.marks ?? []) : [], head, nowMs);
  const grew = isSame && head.seq > headBefore.seq;
  const since = (seq: number) => marks.find((mark) => mark.seq > seq)?.atMs ?? null;
  const standing = {
    ...look,
    unfoldedSinceMs: since(head.foldedSeq),
    unwrittenSinceMs: since(head.writtenSeq),
    lastInputAtMs: grew ? nowMs : lastInputAtMs,
  };
  return { standing, marks };
}

function marked(
  before: readonly Mark[],
  { seq, writtenSeq }: NonNullable<ShardLook['head']>,
  nowMs: number,
): readonly Mark[] {
  const waiting = before.filter((mark) => mark.seq > writtenSeq);
  const newest = waiting.at(-1)?.seq ?? writtenSeq;
  if (seq > newest) waiting.push({ seq, atMs: nowMs });
  // The oldest stays: it is the one that is asked for.
  return waiting.length <= MARKS_MAX ? waiting : waiting.filter((_, at) => at % 2 === 0);
}
