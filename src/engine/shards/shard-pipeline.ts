import { toldOf } from '../control/exit-wish.js';
import type { ControlRecord } from '../domain/control.js';
import type { Output } from '../domain/events.js';
import type { Hash } from '../domain/hash.js';
import type { Input } from '../domain/inputs.js';
import type { Thresholds } from '../domain/thresholds.js';
import type { EngineFigures } from '../figures.js';
import { Fold } from '../fold.js';
import type { Clock } from '../ports/clock.js';
import type { FenceToken, ShardInput, ShardLog } from '../ports/shard-log.js';
import type { ShardRecord, ShardStore } from '../ports/shard-store.js';
import type { Snapshot } from '../ports/snapshot-store.js';
import { Fenced } from '../ports/fenced.js';
import { snapshotOf } from '../snapshotter.js';
import { ShardLost } from './shard-lost.js';
import { recoverShard, type ShardRecovered } from './shard-recovery.js';

export interface PipelineDeps {
  readonly run: ShardRecord;
  readonly log: ShardLog;
  readonly store: ShardStore;
  readonly clock: Clock;
  readonly hash: Hash;
  readonly figures: EngineFigures;
  readonly control: () => ControlRecord;
  readonly config: {
    readonly codeVersion: string;
    readonly configHash: string;
    readonly thresholds: Thresholds;
    readonly seed: number;
  };
  readonly limits: PipelineLimits;
  readonly onNotice: (text: string) => void;
}

export interface PipelineLimits {
  readonly batchInputsMax: number;
  readonly waitMs: number;
  /** Inputs that may be folded and not written before the fold waits. */
  readonly unwrittenMax: number;
  readonly snapshotEveryInputs: number;
  readonly snapshotEveryMs: number;
}

/** Of what its owners say (control, configuration), one after another: the fence lets nobody else. */
const SOURCE = 'owner';

/** The owner of a shard: folds its inputs in order and commits facts and offset in one fenced step. */
export class ShardPipeline {
  readonly fold: Fold;
  writtenSeq = 0;
  readonly #deps: PipelineDeps;
  readonly #token: FenceToken;
  #offset = 0;
  #told: string;
  #snapshot: Snapshot | null = null;
  #snapshotSeq = 0;
  #snapshotAtMs = 0;

  constructor(deps: PipelineDeps, token: FenceToken) {
    this.#deps = deps;
    this.#token = token;
    this.fold = new Fold(deps.hash);
    this.#told = toldOf(this.fold.state.control);
  }

  /** Makes the state what it was. @throws Fenced, RecoveryRefused */
  async recover(): Promise<ShardRecovered> {
    const { log, run, store, clock, config } = this.#deps;
    await store.startRun(run);
    const { fold } = this;
    const parts = { runId: run.runId, fold, log, store, codeVersion: config.codeVersion };
    const recovered = await recoverShard(parts);
    this.#told = toldOf(fold.state.control);
    if (recovered.state === 'lost') {
      const { cursor } = recovered;
      const at = { seq: cursor?.seq ?? 0, sources: cursor?.sources ?? {} };
      const opening = [...this.#newConfig(), ...this.#newControl()];
      if (!(await log.begin(this.#token, at, opening))) throw this.#fenced();
      // A writer that came since may have read facts of the log as it was.
      const now = (await store.endWriting(run.runId))?.seq ?? 0;
      if (now !== at.seq) throw lost(`its writer has committed up to input ${now} meanwhile`);
      this.writtenSeq = at.seq;
      this.#offset = at.sources[SOURCE] ?? 0;
    } else {
      const head = await log.head();
      this.writtenSeq = head?.writtenSeq ?? 0;
      this.#offset = head?.sources[SOURCE] ?? 0;
      await this.#say([...this.#newConfig(), ...this.#newControl()]);
    }
    this.#snapshotSeq = fold.seq;
    this.#snapshotAtMs = clock.monotonicMs();
    return recovered;
  }

  /** One round: control, inputs, facts. @returns how many inputs were folded */
  async turn(): Promise<number> {
    const { log, limits } = this.#deps;
    await this.#say(this.#newControl());
    if (this.fold.seq - this.writtenSeq >= limits.unwrittenMax) {
      await this.#awaitWriter();
      return 0;
    }
    const inputs = await log.read(this.fold.seq, limits.batchInputsMax, limits.waitMs);
    if (inputs.length > 0) await this.#foldBatch(inputs);
    else await this.#lookAtWriter();
    await this.#considerSnapshot();
    return inputs.length;
  }

  /** Until the writer has everything that was folded, or nobody waits any longer. */
  async drain(isLate: () => boolean): Promise<void> {
    while (this.fold.seq > this.writtenSeq && !isLate()) await this.#awaitWriter();
  }

  /** Before the shard is given away: what is written needs not be folded again by the next owner. */
  async saveSnapshot(): Promise<void> {
    this.#snapshot = this.#takeSnapshot();
    await this.#considerSnapshot();
  }

  async #foldBatch(inputs: readonly ShardInput[]): Promise<void> {
    const { clock, figures, log } = this.#deps;
    const arrivedAtMs = clock.monotonicMs();
    const seqFirst = this.fold.seq + 1;
    if (inputs[0]?.seq !== seqFirst) throw lost(`input ${seqFirst} is missing`);
    const outputs: Output[] = [];
    for (const one of inputs) for (const fact of this.fold.apply(one)) outputs.push(fact);
    figures.noteStep('fold', clock.monotonicMs() - arrivedAtMs);
    const trades = inputs.filter(({ input }) => input.kind === 'TradeObserved').length;
    figures.noteInputs(inputs.length, trades, clock.nowMs());
    const { seq: seqLast, digest } = this.fold;
    const batch = { seqFirst, seqLast, digest, outputs, arrivedAtMs: clock.nowMs() };
    const taken = await this.#repeated(() => log.putFacts(this.#token, batch));
    if (taken.state === 'fenced') throw this.#fenced();
    if (taken.state === 'absent') throw lost('it is not what its owner knows');
    this.writtenSeq = taken.writtenSeq;
    figures.noteOutputs(outputs, clock.nowMs());
  }

  /** A step that failed may have been made; making it again changes nothing. */
  async #repeated<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch {
      await this.#deps.clock.sleep(this.#deps.limits.waitMs);
      return step();
    }
  }

  /** @returns false when the writer has not moved */
  async #lookAtWriter(): Promise<boolean> {
    const head = await this.#deps.log.head();
    if (head === null || head.foldedSeq < this.fold.seq) throw lost('it is gone');
    const hasMoved = head.writtenSeq !== this.writtenSeq;
    this.writtenSeq = head.writtenSeq;
    return hasMoved;
  }

  async #awaitWriter(): Promise<void> {
    if (!(await this.#lookAtWriter())) await this.#deps.clock.sleep(this.#deps.limits.waitMs);
  }

  async #say(inputs: readonly Input[]): Promise<void> {
    if (inputs.length === 0) return;
    const first = this.#offset + 1;
    const delivery = {
      source: SOURCE,
      afterOffset: this.#offset,
      inputs: inputs.map((input, i) => ({ offset: first + i, input })),
      owner: this.#token,
    };
    const { state } = await this.#repeated(() => this.#deps.log.deliver(delivery));
    if (state === 'fenced') throw this.#fenced();
    if (state !== 'taken') throw lost(`it does not take what its owner says (${state})`);
    this.#offset += inputs.length;
  }

  #newConfig(): readonly Input[] {
    const { config, clock } = this.#deps;
    const { codeVersion, configHash, thresholds, seed } = config;
    const { state } = this.fold;
    if (state.codeVersion === codeVersion && state.configHash === configHash) return [];
    const atMs = clock.nowMs();
    return [{ kind: 'ConfigChanged', codeVersion, configHash, thresholds, seed, atMs }];
  }

  #newControl(): readonly Input[] {
    const { control, clock } = this.#deps;
    const said = control();
    // A canary counts its orders in one fold, and shards are several: its terms say nothing here.
    const mode = said.mode === 'paper' ? 'paper' : 'shadow';
    const record: ControlRecord = { ...said, mode };
    const told = toldOf(record);
    if (told === this.#told) return [];
    this.#told = told;
    const atMs = record.atMs === 0 ? clock.nowMs() : record.atMs;
    return [{ kind: 'ControlChanged', ...record, atMs }];
  }

  async #considerSnapshot(): Promise<void> {
    const { clock, limits, store, log } = this.#deps;
    const many = this.fold.seq - this.#snapshotSeq >= limits.snapshotEveryInputs;
    const old = clock.monotonicMs() - this.#snapshotAtMs >= limits.snapshotEveryMs;
    if (this.#snapshot === null && (many || (old && this.fold.seq > this.#snapshotSeq))) {
      this.#snapshot = this.#takeSnapshot();
    }
    const snapshot = this.#snapshot;
    if (snapshot === null || snapshot.seq > this.writtenSeq) return;
    await store.snapshots.save(snapshot);
    this.#snapshot = null;
    await log.trimBelow(snapshot.seq + 1);
  }

  #takeSnapshot(): Snapshot {
    const { fold } = this;
    this.#snapshotSeq = fold.seq;
    this.#snapshotAtMs = this.#deps.clock.monotonicMs();
    return snapshotOf(fold, this.#deps.run.runId);
  }

  #fenced(): Fenced {
    return new Fenced(`shard ${this.#deps.log.shard} has another owner than ${this.#token}`);
  }
}

function lost(why: string): ShardLost {
  return new ShardLost(`the shard was lost: ${why}`);
}
