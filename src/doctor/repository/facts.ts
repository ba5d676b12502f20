export interface RepositoryFacts {
  readonly repository: RepositoryState;
  readonly ciRuns: readonly CiRun[];
  readonly issues: readonly OpenIssue[];
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
}

export interface OpenIssue {
  readonly number: number;
  readonly title: string;
  readonly labels: readonly string[];
}
