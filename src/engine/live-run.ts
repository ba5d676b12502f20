import { Committer, type CommitterLimits } from './committer.js';
import type { CanaryTrigger } from './domain/canary-terms.js';
import { canaryLeft, hasCanary } from './canary-session.js';
import type { ControlRecord, Level, Mode } from './domain/control.js';
import { formatE8 } from './domain/e8.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';
import { runIds } from './domain/ids.js';
import type { Input } from './domain/inputs.js';
import { THRESHOLD_SETS, type Thresholds } from './domain/thresholds.js';
import type { EngineRun } from './engine-run.js';
import { engineStatus } from './engine-status.js';
import { EngineFigures } from './figures.js';
import { Fold } from './fold.js';
import type { Journal } from './journal.js';
import { logStreams } from './log-streams.js';
import type { AuditStore, RunRecord } from './ports/audit-store.js';
import type { Clock } from './ports/clock.js';
import type { EngineStatus } from './ports/engine-status.js';
import type { EventLog } from './ports/event-log.js';
import type { Feed } from './ports/feed.js';
import { HELD_UNKNOWN, type RunRegistry } from './ports/run-registry.js';
import type { SnapshotStore } from './ports/snapshot-store.js';
import type { Keys, Topics } from './ports/topics-keys.js';
import { bookedReport, createPublisher, gatedReport } from './publisher.js';
import { recover, type Recovered } from './recovery.js';
import { Runner, type EndReason } from './runner.js';
import { Sequencer } from './sequencer.js';
import { Snapshotter } from './snapshotter.js';
import { Spool } from './spool.js';

/** A database that restarts is back within seconds; one that is away longer is left to the next start. */
const DRAIN_WAIT_MS_MAX = 30_000;
/** An exit that is refused is tried again once at most before time goes on, which it does not here. */
const LATE_ROUNDS_MAX = 8;

export interface LiveDeps {
  readonly inputs: EventLog;
  readonly streams: EventLog;
  readonly spool: EventLog;
  readonly audit: AuditStore;
  readonly snapshots: SnapshotStore;
  readonly registry: RunRegistry;
  readonly clock: Clock;
  readonly hash: Hash;
  readonly topics: Topics;
  readonly keys: Keys;
  /** The register's effective record now; never throws, unknown reads as HALTED. */
  readonly control: () => ControlRecord;
  readonly feed: Feed;
  readonly onCommitted: (fact: Output) => void;
  readonly database: () => EngineStatus['database'];
  readonly rssBytes: () => number;
  readonly cpuMs: () => number;
}

export interface LiveSettings {
  /** In which the run was started; what holds now is in the register. */
  readonly mode: Mode;
  readonly seed: number;
  readonly thresholds: Thresholds;
  readonly codeVersion: string;
  readonly configHash: string;
  readonly restart: boolean;
  readonly pid: number;
  readonly venue: string;
  readonly syncJournal: boolean;
  readonly committer: CommitterLimits;
  readonly batchInputsMax: number;
  readonly controlPollMs: number;
  readonly snapshotEveryInputs: number;
  readonly snapshotEveryMs: number;
  readonly journalKeepInputs: number;
}

/** One run from its recovery to its drained end. */
export class LiveRun implements EngineRun {
  readonly run: RunRecord;
  readonly continued: boolean;
  phase: EngineStatus['phase'] = 'starting';
  readonly #deps: LiveDeps;
  readonly #settings: LiveSettings;
  readonly #journal: Journal;
  readonly #fold: Fold;
  readonly #startedAtMs: number;
  readonly #figures = new EngineFigures();
  readonly #sequencer = new Sequencer();
  readonly #spool: Spool;
  readonly #committer: Committer;
  #runner: Runner | null = null;
  #stopping = false;
  /** In the list of the runs: what a canary holds is not known before the end. */
  #isCanaryNoted = false;

  constructor(
    deps: LiveDeps,
    settings: LiveSettings,
    opened: { readonly run: RunRecord; readonly continued: boolean; readonly journal: Journal },
  ) {
    this.#deps = deps;
    this.#settings = settings;
    this.run = opened.run;
    this.continued = opened.continued;
    this.#journal = opened.journal;
    this.#fold = new Fold(deps.hash);
    this.#startedAtMs = deps.clock.nowMs();
    this.#spool = new Spool(deps.spool);
    this.#committer = this.#newCommitter();
  }

  /**
   * Turns of the loop so far. A supervisor ends a run whose turns stand still, so a turn that waits
   * for a store that is away has to come back and say so, not to wait for as long as it takes.
   */
  get turns(): number {
    return this.#runner?.turns ?? 0;
  }

  get runId(): string {
    return this.run.runId;
  }

  status(): EngineStatus {
    return engineStatus({
      run: this.run,
      phase: this.phase,
      fold: this.#fold,
      journal: this.#journal,
      figures: this.#figures,
      committer: this.#committer,
      spool: this.#spool,
      feed: this.#deps.feed,
      control: this.#deps.control(),
      database: this.#deps.database(),
      startedAtMs: this.#startedAtMs,
      nowMs: this.#deps.clock.nowMs(),
      pid: this.#settings.pid,
      rssBytes: this.#deps.rssBytes(),
      cpuMs: this.#deps.cpuMs(),
    });
  }

  /**
   * Recovers, folds the feed to its end or to `stop`, and drains.
   * @param onRecovered called once the state is what it was before
   * @param onDraining called once no further trade is taken
   */
  async start(
    onRecovered: (recovered: Recovered) => void,
    onDraining: (reason: EndReason) => void = () => undefined,
  ): Promise<EndReason> {
    const committing = this.#committer.run();
    try {
      return await this.#foldAll(onRecovered, onDraining);
    } finally {
      this.#committer.stop();
      await committing;
      this.#committer.throwIfFailed();
    }
  }

  async #foldAll(
    onRecovered: (recovered: Recovered) => void,
    onDraining: (reason: EndReason) => void,
  ): Promise<EndReason> {
    onRecovered(await this.#recover());
    this.#noteSession();
    for (const input of this.#openingInputs()) this.#sequencer.urge(input);
    const snapshotter = this.#newSnapshotter();
    this.#runner = this.#newRunner(snapshotter);
    if (this.#stopping) this.#runner.stop();
    this.phase = 'running';
    const reason = await this.#runner.run(this.#deps.feed);
    this.phase = 'draining';
    onDraining(reason);
    await this.#committer.settled();
    await this.#committer.recovered(DRAIN_WAIT_MS_MAX);
    await this.#foldLate(this.#runner);
    await snapshotter.final(this.#fold, this.#committer);
    this.#noteHeld();
    this.#sayGoodbye(reason === 'finished' && this.#committer.state === 'ok');
    this.phase = reason;
    return reason;
  }

  /**
   * What the venue gate has refused of the last batches: behind a snapshot that has the order as open nobody
   * would tell it again. What comes of that may be refused in turn.
   */
  async #foldLate(runner: Runner): Promise<void> {
    for (let round = 0; round < LATE_ROUNDS_MAX; round += 1) {
      const urgent = this.#sequencer.takeUrgent();
      const late = urgent.filter(({ kind }) => kind === 'OrderReported');
      if (late.length === 0) return;
      await runner.foldLate(late);
      await this.#committer.settled();
    }
  }

  /** Commits and publishes what a dead process left of this run, and takes no trade. */
  async drain(): Promise<void> {
    const committing = this.#committer.run();
    try {
      await this.#recover();
      this.#noteHeld();
      if (this.#committer.state === 'ok') this.#sayGoodbye(false);
    } finally {
      this.#committer.stop();
      await committing;
      this.#committer.throwIfFailed();
    }
  }

  /** A run that dies here and that no later build can fold may have left something. */
  #noteSession(): void {
    const isOpen = hasCanary(this.#fold.state);
    if (isOpen === this.#isCanaryNoted) return;
    const canaryHeld = isOpen ? HELD_UNKNOWN : null;
    this.#deps.registry.update(this.run.runId, { canaryHeld });
    this.#isCanaryNoted = isOpen;
  }

  /** Whoever starts another run has to know what this one would leave behind. */
  #noteHeld(): void {
    const left = canaryLeft(this.#fold.state);
    const canaryHeld = left === null ? null : `${formatE8(left.qtyE8)} ${left.symbol}`;
    this.#deps.registry.update(this.run.runId, { canaryHeld });
  }

  #sayGoodbye(finished: boolean): void {
    const { registry, clock } = this.#deps;
    const { seqCommitted } = this.#committer;
    registry.update(this.run.runId, { endedAtMs: clock.nowMs(), finished, seqCommitted });
  }

  /** Takes no further trade and drains. */
  stop(): void {
    this.#stopping = true;
    this.#runner?.stop();
    this.#committer.leave();
  }

  /** Looks at the control register at once. */
  knock(): void {
    this.#runner?.knock();
  }

  tripCanary(trigger: CanaryTrigger, detail: string): void {
    const atMs = this.#deps.clock.nowMs();
    this.#sequencer.urge({ kind: 'CanaryTripped', trigger, detail, atMs });
  }

  /** True once nothing is decided under anything but this epoch and level, or a later epoch. */
  obeys(epoch: number, level: Level): boolean {
    // Before and after, nothing is decided: the register is read again in front of the first trade.
    if (this.phase !== 'running') return true;
    const { control } = this.#fold.state;
    return control.epoch > epoch || (control.epoch === epoch && control.level === level);
  }

  async #recover(): Promise<Recovered> {
    const { audit, clock, snapshots } = this.#deps;
    this.phase = 'recovering';
    this.#deps.registry.update(this.run.runId, { endedAtMs: null, seqCommitted: null });
    await audit.startRun(this.run);
    await this.#spool.clear();
    const cursor = await audit.cursor(this.run.runId);
    this.#committer.noteRecorded(cursor?.seq ?? 0);
    const recovered = await recover({
      runId: this.run.runId,
      fold: this.#fold,
      journal: this.#journal,
      snapshots,
      codeVersion: this.#settings.codeVersion,
      cursor,
      offer: async (batch) => {
        await this.#committer.room();
        // What the database has already was counted by the process that committed it.
        const missing = batch.outputs.filter(({ ref }) => ref.seq > (cursor?.seq ?? 0));
        this.#figures.noteOutputs(missing, clock.nowMs());
        this.#committer.offer(batch);
      },
      nowMs: () => clock.monotonicMs(),
    });
    await this.#committer.settled();
    this.#committer.noteCommitted(recovered.fromSnapshotSeq);
    return recovered;
  }

  /** What changed since the last input of the journal: nothing, when the same run goes on. */
  #openingInputs(): readonly Input[] {
    const { state } = this.#fold;
    const { thresholds, seed, codeVersion, configHash } = this.#settings;
    const atMs = this.#deps.clock.nowMs();
    const inputs: Input[] = [];
    if (state.codeVersion !== codeVersion || state.configHash !== configHash) {
      inputs.push({ kind: 'ConfigChanged', codeVersion, configHash, thresholds, seed, atMs });
    }
    // A stall that began in the recovery is told by itself, and ends by itself.
    if (state.auditStalled !== null && this.#committer.state === 'ok') {
      inputs.push({ kind: 'AuditRecovered', atMs });
    }
    return inputs;
  }

  #newSnapshotter(): Snapshotter {
    const { clock, snapshots } = this.#deps;
    const { snapshotEveryInputs, snapshotEveryMs, journalKeepInputs } = this.#settings;
    const limits = {
      everyInputs: snapshotEveryInputs,
      everyMs: snapshotEveryMs,
      keepInputs: journalKeepInputs,
    };
    const { runId } = this.run;
    return new Snapshotter(
      {
        runId,
        snapshots,
        journal: this.#journal,
        syncPublished: () => this.#syncStreams(),
        clock,
        limits,
      },
      this.#fold.seq,
    );
  }

  async #syncStreams(): Promise<void> {
    const { streams } = this.#deps;
    for (const { name } of await streams.list()) await streams.sync(name);
  }

  #newRunner(snapshotter: Snapshotter): Runner {
    const { clock, control } = this.#deps;
    const { batchInputsMax, controlPollMs } = this.#settings;
    return new Runner({
      fold: this.#fold,
      journal: this.#journal,
      sequencer: this.#sequencer,
      committer: this.#committer,
      snapshotter,
      figures: this.#figures,
      clock,
      control,
      onFolded: () => {
        this.#noteSession();
      },
      limits: { batchInputsMax, controlPollMs },
    });
  }

  #newCommitter(): Committer {
    const { audit, clock, hash } = this.#deps;
    const ids = runIds(hash, this.run.runId);
    const thresholds = (): Thresholds => this.#fold.state.limits ?? THRESHOLD_SETS.reference;
    return new Committer(
      {
        audit,
        spool: this.#spool,
        clock,
        rows: { ids, hash, thresholds, venue: this.#settings.venue },
        syncJournal: () => (this.#settings.syncJournal ? this.#journal.sync() : Promise.resolve()),
        publish: createPublisher({
          ...this.#deps,
          streams: logStreams(this.#deps.streams),
          ids,
          thresholds,
          control: () => ({
            ...this.#deps.control(),
            foldedMode: this.#fold.state.control.mode,
          }),
          onGated: (order, message) => {
            this.#sequencer.urge(gatedReport(order, message, clock.nowMs()));
          },
          onBooked: (fill) => {
            this.#sequencer.urge(bookedReport(fill, clock.nowMs()));
          },
        }),
        onFailed: () => {
          this.#sequencer.knock();
        },
        onRoom: () => {
          this.#sequencer.knock();
        },
        onStalled: (reason) => {
          this.#sequencer.urge({ kind: 'AuditStalled', reason, atMs: clock.nowMs() });
        },
        onRecovered: () => {
          this.#sequencer.urge({ kind: 'AuditRecovered', atMs: clock.nowMs() });
        },
        onStep: (step, ms) => {
          this.#figures.noteStep(step, ms);
        },
        limits: this.#settings.committer,
      },
      0,
    );
  }
}
