import { runIdOf } from './domain/ids.js';
import { journalStream, openJournal } from './journal.js';
import { LiveRun, type LiveDeps, type LiveSettings } from './live-run.js';
import type { RunRecord } from './ports/audit-store.js';
import type { Feed } from './ports/feed.js';
import type { RegisteredRun, RunRegistry } from './ports/run-registry.js';

/** What makes a run one; the same tuple resumes, any other starts with a fresh portfolio. */
export function runIdentity(feed: Feed, settings: LiveSettings): string {
  const { mode, seed, configHash } = settings;
  return [feed.identity, mode, String(seed), feed.finite ? configHash : ''].join('|');
}

/** The run that a start would continue; a finished one is only repeated on request. */
export function knownRun(
  registry: RunRegistry,
  feed: Feed,
  settings: LiveSettings,
): RegisteredRun | null {
  return settings.restart ? null : registry.newest(runIdentity(feed, settings));
}

/** Runs whose canary holds something, or may do so, that no run but they know of; oldest first. */
export function leftByCanary(
  registry: Pick<RunRegistry, 'list'>,
  known: RegisteredRun | null,
): readonly RegisteredRun[] {
  const isLeft = ({ runId, finished, canaryHeld }: RegisteredRun) =>
    canaryHeld !== null && !finished && runId !== known?.runId;
  return registry.list().filter(isLeft);
}

/** Continues the known run or starts a new one; nothing is folded yet. */
export async function openLiveRun(deps: LiveDeps, settings: LiveSettings): Promise<LiveRun> {
  const known = knownRun(deps.registry, deps.feed, settings);
  const run = known ?? newRun(deps, settings);
  const journal = await openJournal(deps.inputs, run.runId, await seqFloor(deps));
  return new LiveRun(deps, settings, { run, continued: known !== null, journal });
}

/**
 * Runs that a dead process left, or that ended while the database was away: whoever starts another
 * one first has to drain them.
 */
export async function undrainedRuns(
  { registry, inputs }: Pick<LiveDeps, 'registry' | 'inputs'>,
  known: RegisteredRun | null,
): Promise<readonly RegisteredRun[]> {
  const undrained: RegisteredRun[] = [];
  for (const run of registry.list()) {
    if (run.runId === known?.runId) continue;
    const seqLast = (await inputs.info(journalStream(run.runId)))?.lastId?.seq ?? 0;
    const isCommitted = (run.seqCommitted ?? seqLast) >= seqLast;
    if (run.endedAtMs === null || !isCommitted) undrained.push(run);
  }
  return undrained;
}

/** @throws RecoveryRefused when another build has to do it */
export async function drainRun(
  deps: LiveDeps,
  settings: LiveSettings,
  run: RegisteredRun,
): Promise<void> {
  const journal = await openJournal(deps.inputs, run.runId, 0);
  await new LiveRun(deps, settings, { run, continued: true, journal }).drain();
}

function newRun(deps: LiveDeps, settings: LiveSettings): RunRecord {
  const identity = runIdentity(deps.feed, settings);
  const startedAtMs = deps.clock.nowMs();
  const { mode, seed, codeVersion, configHash } = settings;
  const run: RunRecord = {
    runId: runIdOf(deps.hash, identity, startedAtMs),
    identity,
    mode,
    feed: deps.feed.description,
    seed,
    codeVersion,
    configHash,
    startedAtMs,
  };
  deps.registry.add(run);
  return run;
}

async function seqFloor({ inputs, streams }: LiveDeps): Promise<number> {
  const infos = [...(await inputs.list()), ...(await streams.list())];
  return infos.reduce((max, { lastId }) => Math.max(max, lastId?.seq ?? 0), 0);
}
