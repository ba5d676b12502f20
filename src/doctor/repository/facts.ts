export interface RepositoryFacts {
  readonly repository: RepositoryState;
  readonly ciRuns: readonly CiRun[];
  readonly issues: readonly OpenIssue[];
  readonly workflows: readonly Workflow[];
  readonly protection: BranchProtection;
  readonly gateRuns: readonly GateRun[];
  readonly gateOutput: readonly GateOutput[];
}

export interface RepositoryState {
  readonly path: string;
  readonly branch: string;
  /** Short hash and subject of the last commit; null before the first. */
  readonly commit: string | null;
  readonly subject: string | null;
  readonly changedFiles: number;
  readonly untrackedFiles: number;
}

export interface CiRun {
  /** `success`, `failure`, `cancelled`, `in_progress`, … in the words of the CI. */
  readonly status: string;
  readonly workflow: string;
  readonly atMs: number | null;
  /** Left out where the CI did not say. */
  readonly branch?: string;
  readonly id?: number;
}

export interface OpenIssue {
  readonly number: number;
  readonly title: string;
  readonly labels: readonly string[];
}

/** One file in .github/workflows. */
export interface Workflow {
  readonly file: string;
  readonly name: string;
  readonly jobs: readonly Job[];
  /** Why it cannot be read; null where it can. */
  readonly fault: string | null;
}

export interface Job {
  /** As it is named in a run: its `name`, or else its id. May hold `${{ … }}`. */
  readonly name: string;
  /** Why a run of it can be green without having judged: `if: false`, `continue-on-error`. */
  readonly toothless: string | null;
}

export interface BranchProtection {
  readonly branch: string;
  /** As the API of GitHub or a baseline file has it; null: nothing protects the branch. */
  readonly live: unknown;
  /** The words of the API where nothing does. */
  readonly why: string | null;
  /** Not asked, and why; `live` says nothing then. */
  readonly unasked: string | null;
  /** Null: no baseline is configured. */
  readonly expected: unknown;
}

/** The newest finished run of one workflow on the branch, job by job. */
export interface GateRun {
  readonly workflow: string;
  readonly runId: number;
  readonly jobs: readonly {
    readonly name: string;
    /** `success`, `skipped`, `failure`, … */
    readonly conclusion: string;
    /** Steps that were executed, the runner's own excluded. */
    readonly steps: number;
    /** Steps named like a test that were skipped, where no such step was executed. */
    readonly skippedTests: readonly string[];
  }[];
}

/** What a recorded output of a gate says of itself. */
export interface GateOutput {
  readonly file: string;
  /** Why it cannot be read; null where it can. */
  readonly fault: string | null;
  /** Tests that passed; null: it does not say. */
  readonly passed: number | null;
  readonly failed: number | null;
  /** The smallest count that it should accept; null: it names none. */
  readonly threshold: number | null;
}
