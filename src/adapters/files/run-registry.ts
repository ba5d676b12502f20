import * as z from 'zod';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';
import { newRun, type RegisteredRun, type RunRegistry } from '../../engine/ports/run-registry.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { readBounded, removeTemporaries, writeFileAtomic } from './atomic-file.js';
import { damagedFile, fileFault } from './file-fault.js';
import { errnoOf } from '../../operator-error/errno.js';

const RUNS_MAX = 1_000;
const FILE_BYTES_MAX = 4 * 1024 * 1024;

const registeredRun = z.object({
  runId: z.string(),
  identity: z.string(),
  mode: z.string(),
  feed: z.string(),
  seed: z.number(),
  codeVersion: z.string(),
  configHash: z.string(),
  startedAtMs: z.number(),
  finished: z.boolean(),
  endedAtMs: z.number().nullable(),
  seqCommitted: z.number().nullable(),
  canaryHeld: z.string().nullable().default(null),
});
const registryFile = z.object({ format: z.literal('cdb.runs/1'), runs: z.array(registeredRun) });

/**
 * The runs of this state directory. Read at each call: `cdb status` in another process looks at it
 * too, and it changes a few times a day. Beyond the bound the oldest are forgotten.
 * @throws DependencyError when it can't be read: guessing would start a run anew
 */
export function openRunRegistry(path: string): RunRegistry {
  const save = (runs: readonly RegisteredRun[]) => {
    const file = { format: 'cdb.runs/1', runs: runs.slice(-RUNS_MAX) };
    try {
      writeFileAtomic(path, `${JSON.stringify(file)}\n`);
      removeTemporaries(path);
    } catch (fault) {
      throw fileFault(`Cannot write "${path}"`, fault);
    }
  };
  return {
    list: () => readRuns(path),
    newest: (identity) => readRuns(path).findLast((run) => run.identity === identity) ?? null,
    add: (run) => {
      const others = readRuns(path).filter(({ runId }) => runId !== run.runId);
      save([...others, newRun(run)]);
    },
    update: (runId, change) => {
      const runs = readRuns(path);
      assertInvariant(
        runs.some((run) => run.runId === runId),
        `run ${runId} is registered`,
      );
      save(runs.map((run) => (run.runId === runId ? { ...run, ...change } : run)));
    },
  };
}

function readRuns(path: string): readonly RegisteredRun[] {
  const text = readText(path);
  if (text === null) return [];
  const parsed = registryFile.safeParse(jsonOrNull(text));
  if (!parsed.success) throw damagedFile(path, 0, 'this is no list of runs');
  return parsed.data.runs;
}

function readText(path: string): string | null {
  try {
    const file = readBounded(path, FILE_BYTES_MAX);
    if (file.kind === 'text') return file.text;
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return null;
    throw fileFault(`Cannot read "${path}"`, fault);
  }
  throw damagedFile(path, 0, 'this is no list of runs');
}
