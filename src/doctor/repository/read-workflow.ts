import { isRecord } from '../../schema/sql/parse-sql.js';
import type { Job, Workflow } from './facts.js';

/** @param document as parsed from a file of .github/workflows */
export function readWorkflow(document: unknown, file: string): Workflow {
  const jobs = isRecord(document) ? document['jobs'] : undefined;
  const name = isRecord(document) ? document['name'] : undefined;
  if (!isRecord(jobs)) return { file, name: file, jobs: [], fault: 'it has no jobs' };
  return {
    file,
    name: typeof name === 'string' ? name : file,
    jobs: Object.entries(jobs).map(([id, job]) => readJob(id, isRecord(job) ? job : {})),
    fault: null,
  };
}

function readJob(id: string, job: Readonly<Record<string, unknown>>): Job {
  const { name } = job;
  return { name: typeof name === 'string' ? name : id, toothless: toothlessOf(job) };
}

function toothlessOf(job: Readonly<Record<string, unknown>>): string | null {
  const condition = job['if'];
  if (condition === false) return 'if: false';
  if (typeof condition === 'string' && /^\s*(?:\$\{\{\s*)?false\b/.test(condition)) {
    return 'if: false';
  }
  if (job['continue-on-error'] === true) return 'continue-on-error: true';
  return null;
}

/** Whether a run of this job could have that name: `test (${{ matrix.node }})` is `test (20)`. */
export function couldBe(job: Job, context: string): boolean {
  const pattern = job.name
    .split(/\$\{\{.*?\}\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  // A matrix adds its values in brackets; a workflow that is called adds the names of its own jobs.
  return new RegExp(`^${pattern}(?: \\(.*\\)| / .*)?$`).test(context);
}
