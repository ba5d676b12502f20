import { isRecord, textAt } from '../../schema/sql/parse-sql.js';
import type { CiRun, GateRun, OpenIssue } from './facts.js';

type Json = Readonly<Record<string, unknown>>;

/** Steps that the runner adds to every job. */
const OF_RUNNER = /^(?:Set up job|Complete job|Post |Initialize containers|Stop containers)/;
const OF_TEST = /\b(?:tests?|pytest|vitest|jest|tox|gate|verify)\b/i;

/** What `gh run list --json` prints, newest first. */
export function readRuns(value: unknown): readonly CiRun[] {
  return recordsOf(value).map((run) => {
    const atMs = Date.parse(textAt(run, 'createdAt') ?? '');
    const { databaseId } = run;
    const branch = textAt(run, 'headBranch');
    return {
      status: textAt(run, 'conclusion') || textAt(run, 'status') || 'unknown',
      workflow: textAt(run, 'workflowName') ?? textAt(run, 'name') ?? 'without a name',
      atMs: Number.isFinite(atMs) ? atMs : null,
      ...(branch !== null && { branch }),
      ...(typeof databaseId === 'number' && { id: databaseId }),
    };
  });
}

/** What `gh issue list --json` prints. */
export function readIssues(value: unknown): readonly OpenIssue[] {
  return recordsOf(value).map((issue) => ({
    number: Number(issue['number']),
    title: textAt(issue, 'title') ?? '',
    labels: recordsOf(issue['labels']).map((label) => textAt(label, 'name') ?? ''),
  }));
}

/** What `gh run view --json jobs` prints. */
export function readGateRun(workflow: string, runId: number, value: unknown): GateRun {
  const jobs = isRecord(value) ? recordsOf(value['jobs']) : [];
  return { workflow, runId, jobs: jobs.map(readJobRun) };
}

function readJobRun(job: Json): GateRun['jobs'][number] {
  const steps = recordsOf(job['steps']).map((step) => {
    return { name: textAt(step, 'name') ?? '', conclusion: textAt(step, 'conclusion') ?? '' };
  });
  const own = steps.filter(({ name }) => !OF_RUNNER.test(name));
  const executed = own.filter(({ conclusion }) => /^(?:success|failure)$/.test(conclusion));
  const hasTested = executed.some(({ name }) => OF_TEST.test(name));
  const skipped = own.filter(
    ({ name, conclusion }) => conclusion === 'skipped' && OF_TEST.test(name),
  );
  return {
    name: textAt(job, 'name') ?? 'without a name',
    conclusion: textAt(job, 'conclusion') ?? 'unknown',
    steps: executed.length,
    skippedTests: hasTested ? [] : skipped.map(({ name }) => name),
  };
}

function recordsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
