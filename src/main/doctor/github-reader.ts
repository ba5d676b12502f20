import { readJson } from '../../adapters/doctor/bounded-files.js';
import { github, type GithubAnswer } from '../../adapters/doctor/github.js';
import { runProgram } from '../../adapters/doctor/run-program.js';
import type { Absent } from '../../doctor/reading.js';
import type {
  BranchProtection,
  CiRun,
  GateRun,
  OpenIssue,
  Workflow,
} from '../../doctor/repository/facts.js';
import { gateTest, isOfBranch } from '../../doctor/repository/gate-names.js';
import { requiredContexts } from '../../doctor/repository/protection-paths.js';
import { readGateRun, readIssues, readRuns } from '../../doctor/repository/read-github.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';

const RUNS_MAX = '30';
const ISSUES_MAX = '100';
const GATES_MAX = 4;

interface GithubPlace {
  /** Null: it is asked. */
  readonly leftOut: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The root of the repository, or why there is none. */
  readonly root: () => Promise<string | Absent>;
  /** Null: none is configured. */
  readonly protectionFile: string | null;
  readonly workflows: () => Promise<readonly Workflow[]>;
}

/** What GitHub says of one repository, each thing asked once. Every call rejects when it cannot. */
export class GithubReader {
  readonly #place: GithubPlace;
  #runs: Promise<readonly CiRun[] | Absent> | null = null;
  #protection: Promise<BranchProtection | Absent> | null = null;

  constructor(place: GithubPlace) {
    this.#place = place;
  }

  runs(signal: AbortSignal): Promise<readonly CiRun[] | Absent> {
    const fields = 'status,conclusion,workflowName,createdAt,headBranch,databaseId';
    const args = ['run', 'list', '--limit', RUNS_MAX, '--json', fields];
    return (this.#runs ??= this.#ask(args, signal).then((answer) => told(answer, readRuns)));
  }

  async issues(signal: AbortSignal): Promise<readonly OpenIssue[] | Absent> {
    const fields = 'number,title,labels';
    const args = ['issue', 'list', '--state', 'open', '--limit', ISSUES_MAX, '--json', fields];
    return told(await this.#ask(args, signal), readIssues);
  }

  protection(signal: AbortSignal): Promise<BranchProtection | Absent> {
    return (this.#protection ??= this.#readProtection(signal));
  }

  /** Of the newest green run of each gate. */
  async gateRuns(signal: AbortSignal): Promise<readonly GateRun[] | Absent> {
    const [runs, protection, workflows] = await Promise.all([
      this.runs(signal),
      this.protection(signal).catch(() => null),
      this.#place.workflows(),
    ]);
    if ('absent' in runs) return runs;
    const known = protection === null || 'absent' in protection ? null : protection;
    const contexts = requiredContexts(known?.live) ?? requiredContexts(known?.expected) ?? [];
    const isGate = gateTest(contexts, workflows);
    const branches = ['main', 'master', ...(known === null ? [] : [known.branch])];
    const gates = new Map<string, number>();
    for (const run of runs) {
      const isOne = run.status === 'success' && isGate(run.workflow) && isOfBranch(run, branches);
      if (isOne && run.id !== undefined && !gates.has(run.workflow)) {
        gates.set(run.workflow, run.id);
      }
    }
    const asked = await Promise.all(
      [...gates].slice(0, GATES_MAX).map(async ([workflow, id]) => {
        const answer = await this.#ask(['run', 'view', String(id), '--json', 'jobs'], signal);
        return answer.kind === 'answer' ? [readGateRun(workflow, id, answer.value)] : [];
      }),
    );
    return asked.flat();
  }

  async #readProtection(signal: AbortSignal): Promise<BranchProtection | Absent> {
    const { protectionFile } = this.#place;
    const [expected, branch] = await Promise.all([
      protectionFile === null ? null : baselineOf(protectionFile),
      this.#defaultBranch(signal),
    ]);
    const path = `repos/{owner}/{repo}/branches/${encodeURIComponent(branch)}/protection`;
    const answer = await this.#ask(['api', path], signal);
    const known = { branch, expected, live: null, why: null, unasked: null };
    switch (answer.kind) {
      case 'answer':
        return { ...known, live: answer.value };
      case 'none':
        return { ...known, why: answer.why };
      case 'absent':
        return expected === null ? { absent: answer.why } : { ...known, unasked: answer.why };
    }
  }

  async #defaultBranch(signal: AbortSignal): Promise<string> {
    const root = await this.#place.root();
    if (typeof root !== 'string') return 'main';
    const { env } = this.#place;
    const args = ['symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD'];
    const answer = await runProgram('git', args, { cwd: root, env, signal });
    return answer.ok ? answer.stdout.trim().replace(/^origin\//, '') : 'main';
  }

  async #ask(args: readonly string[], signal: AbortSignal): Promise<GithubAnswer> {
    const { leftOut, env, root } = this.#place;
    if (leftOut !== null) return { kind: 'absent', why: leftOut };
    const cwd = await root();
    if (typeof cwd !== 'string') return { kind: 'absent', why: cwd.absent };
    return github(args, { cwd, env, signal });
  }
}

function told<T>(answer: GithubAnswer, read: (value: unknown) => T): T | Absent {
  return answer.kind === 'answer' ? read(answer.value) : { absent: answer.why };
}

/** @throws DependencyError that names the file: GitHub has nothing to do with it */
async function baselineOf(path: string): Promise<unknown> {
  try {
    return await readJson(path);
  } catch (fault) {
    const why = `the baseline of doctor.protection, ${path}: ${wordsOf(fault)}`;
    throw new DependencyError(why, { dependency: 'disk', retryable: false, cause: fault });
  }
}
