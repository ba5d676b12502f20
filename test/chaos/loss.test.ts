import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { openRunRegistry } from '../../src/adapters/files/run-registry.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { nodeHash } from '../../src/adapters/node-hash.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { canonicalFact } from '../../src/engine/domain/canonical-fact.js';
import { THRESHOLD_SETS } from '../../src/engine/domain/thresholds.js';
import { journalStream } from '../../src/engine/journal.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { type Attack, chaosPlan, type Round } from './chaos-plan.js';
import type { ChildBundle } from '../bundle-child.js';
import { builtCodeVersion, bundleEngineChild } from './child-bundle.js';
import { type EngineProcess, Workplace } from './engine-process.js';
import { type ChildOrder, pointWords } from './kill-points.js';
import { serverPid } from './leftovers.js';
import { unbrokenDigest } from './run-truth.js';
import { ordersWithoutAudit, type Verdict, verifyNewestRun } from './verify-run.js';

const ROUNDS_SHORT = 8;
const ROUNDS = Number(process.env['CDB_CHAOS_ROUNDS'] ?? ROUNDS_SHORT);
const SEED = Number(process.env['CDB_CHAOS_SEED'] ?? 20_200_222);
/** Rounds share a state directory: recovery also has to tell many runs apart, and it is faster. */
const ROUNDS_PER_PLACE = 8;
const STARTS_MAX = 3;
const THRESHOLDS = THRESHOLD_SETS.default;

interface Proof {
  readonly round: number;
  readonly attacks: readonly string[];
  readonly starts: number;
  readonly verdict: Verdict;
  readonly sameDigest: boolean | null;
}

let bundle: ChildBundle;
let codeVersion = '';
const proofs: Proof[] = [];
beforeAll(async () => {
  bundle = await bundleEngineChild();
  codeVersion = builtCodeVersion();
  process.stdout.write(`chaos: seed ${SEED}, ${ROUNDS} rounds\n`);
});
afterAll(() => {
  bundle.remove();
  process.stdout.write(`${JSON.stringify(summary(), null, ROUNDS > ROUNDS_SHORT ? 1 : 0)}\n`);
});

const plan = chaosPlan(SEED, ROUNDS);
const places = Array.from({ length: Math.ceil(ROUNDS / ROUNDS_PER_PLACE) }, (_, i) =>
  plan.slice(i * ROUNDS_PER_PLACE, (i + 1) * ROUNDS_PER_PLACE),
);

describe.each(places)('a state directory in which rounds from $number on were run', (...rounds) => {
  let place: Workplace;
  beforeAll(() => {
    place = new Workplace();
  });
  afterAll(() => place.end());

  it.each(rounds.map((round) => [titleOf(round), round] as const))('%s', async (_title, round) => {
    const attacks = [];
    for (const attack of round.attacks) {
      attacks.push(await carryOut(place, round, attack));
      // Not after every attack: the next start has to find the database as a kill leaves it.
      const isAtCommit = attack.kind === 'effect' && attack.point.effect === 'audit.commit';
      if (isAtCommit) expect(await ordersWithoutAudit(place.stateDir)).toEqual([]);
    }
    const starts = await drain(place, round);
    await place.quiet();
    const verdict = await verifyNewestRun(place.stateDir);
    const unbroken = await unbrokenDigest(round.runSeed, THRESHOLDS);
    const stalled = (verdict.inputKinds.AuditStalled ?? 0) > 0;
    const sameDigest = stalled ? null : verdict.digest === unbroken;
    proofs.push({ round: round.number, attacks, starts, verdict, sameDigest });
    expect(verdict.faults).toEqual([]);
    expect(verdict.finished).toBe(true);
    expect(verdict.rows['risk_events']).toBeGreaterThan(100);
    // A stall is an input of its own: decisions made meanwhile are refused, and so differ.
    if (!stalled) expect(verdict.digest).toBe(unbroken);
    await place.quiet();
  });
});

/** @returns what was done in the end, in words */
async function carryOut(place: Workplace, round: Round, attack: Attack): Promise<string> {
  switch (attack.kind) {
    case 'effect':
      return killAtEffect(place, round, attack);
    case 'engine at instant': {
      const engine = startEngine(place, round);
      const killed = setTimeout(() => {
        engine.kill('SIGKILL');
      }, attack.afterMs);
      const { signal } = await engine.ended;
      clearTimeout(killed);
      return `engine after ${attack.afterMs} ms: ${signal ?? 'had ended'}`;
    }
    case 'engine at sequence': {
      const engine = startEngine(place, round);
      const seq = await reaches(place, engine, attack.seq);
      engine.kill('SIGKILL');
      const { signal } = await engine.ended;
      return `engine at input ${seq} of the run (wanted ${attack.seq}): ${signal ?? 'had ended'}`;
    }
    case 'database at sequence': {
      const engine = startEngine(place, round);
      const seq = await reaches(place, engine, attack.seq);
      const pid = engine.isAlive ? serverPid(place.stateDir) : null;
      if (pid !== null) process.kill(pid, 'SIGKILL');
      const { status } = await engine.ended;
      // Its own restart of the server must be enough: it stalls, drains and finishes.
      expect(status, engine.words).toBe(0);
      expect(openRunRegistry(stateDirectory(place.stateDir).runs).list().at(-1)?.finished).toBe(
        true,
      );
      return `database at input ${seq} of the run (wanted ${attack.seq}): ${pid === null ? 'had ended' : 'killed'}`;
    }
  }
}

async function killAtEffect(
  place: Workplace,
  round: Round,
  { point, outage }: Extract<Attack, { kind: 'effect' }>,
): Promise<string> {
  const order: ChildOrder = {
    stateDir: place.stateDir,
    codeVersion,
    configHash: nodeHash.sha256Hex(canonicalFact(THRESHOLDS)),
    seed: round.runSeed,
    point,
    outage,
    ...round.shape,
  };
  const child = place.spawn([JSON.stringify(order)], { script: bundle.script });
  const watch = watchServer(place, child);
  const { status, signal } = await child.ended;
  await watch;
  if (signal !== 'SIGKILL') expect(status, child.words).toBe(0);
  return `${pointWords(point)}${outage === null ? '' : ' in an outage'}: ${signal ?? 'not reached'}`;
}

function startEngine(place: Workplace, { runSeed }: Round): EngineProcess {
  const args = ['run', '--paper', '--feed', 'sample', '--speed', 'max', '--seed', String(runSeed)];
  const engine = place.start(args);
  void watchServer(place, engine);
  return engine;
}

/** Notes the server of this start, so that its guardian can be looked for later. */
async function watchServer(place: Workplace, engine: EngineProcess): Promise<void> {
  const isNoted = () => serverPid(place.stateDir) !== null || !engine.isAlive;
  await until('a server is seen', isNoted, 60_000);
}

/** Polls the journal until the newest run has so many inputs, or the engine ends. */
async function reaches(place: Workplace, engine: EngineProcess, seq: number): Promise<number> {
  const { journal, runs } = stateDirectory(place.stateDir);
  const before = openRunRegistry(runs).list().at(-1)?.runId;
  const directory = join(journal, 'inputs');
  let length = 0;
  const deadlineMs = performance.now() + 60_000;
  while (engine.isAlive && length < seq && performance.now() < deadlineMs) {
    // Yields to the process's own events: a kill must come within a millisecond or two.
    await new Promise((resolve) => setImmediate(resolve));
    const run = openRunRegistry(runs).list().at(-1);
    if (run === undefined || (run.runId === before && run.finished)) continue;
    const log = openLocalEventLog(directory, { clock: systemClock(), readOnly: true });
    const info = await log.info(journalStream(run.runId));
    await log.close();
    length = info?.length ?? 0;
  }
  return length;
}

/** Ordinary starts until the run is finished: what a stall left at the end needs one more. */
async function drain(place: Workplace, round: Round): Promise<number> {
  for (let starts = 1; starts <= STARTS_MAX; starts += 1) {
    const engine = startEngine(place, round);
    const { status } = await engine.ended;
    expect(status, engine.words).toBe(0);
    const run = openRunRegistry(stateDirectory(place.stateDir).runs).list().at(-1);
    if (run?.finished === true && run.seed === round.runSeed) return starts;
  }
  throw new Error(`not finished after ${STARTS_MAX} starts`);
}

function titleOf(round: Round): string {
  const words = round.attacks.map((attack) => {
    if (attack.kind === 'effect') return `engine ${pointWords(attack.point)}`;
    return attack.kind === 'engine at instant'
      ? `engine after ${attack.afterMs} ms`
      : `${attack.kind} ${attack.seq}`;
  });
  return `round ${round.number}, kill -9: ${words.join('; then ')}: loses nothing, repeats nothing`;
}

function summary(): unknown {
  const sum = (count: (proof: Proof) => number) => proofs.reduce((all, one) => all + count(one), 0);
  const compared = proofs.filter(({ sameDigest }) => sameDigest !== null);
  return {
    proof: 'cdb.chaos/1',
    seed: SEED,
    code_version: codeVersion,
    rounds: proofs.length,
    kills: sum(({ attacks }) => attacks.filter((words) => /kill/i.test(words)).length),
    points_not_reached: sum(
      ({ attacks }) => attacks.filter((words) => !/kill/i.test(words)).length,
    ),
    rounds_without_fault: proofs.filter(({ verdict }) => verdict.faults.length === 0).length,
    digests_compared: compared.length,
    digests_equal: compared.filter(({ sameDigest }) => sameDigest).length,
    rounds_with_stall: proofs.length - compared.length,
    starts_to_finish_max: Math.max(...proofs.map(({ starts }) => starts)),
    decisions_checked: sum(({ verdict }) => verdict.rows['risk_events'] ?? 0),
    fills_checked: sum(({ verdict }) => verdict.rows['trades'] ?? 0),
    stream_entries_checked: sum(({ verdict }) => verdict.streamEntries),
    each: proofs.map(({ round, attacks, starts, verdict }) => ({
      round,
      attacks,
      starts,
      run: verdict.runId,
      digest: verdict.digest.slice(0, 16),
      decisions: verdict.rows['risk_events'],
      faults: verdict.faults,
    })),
  };
}
