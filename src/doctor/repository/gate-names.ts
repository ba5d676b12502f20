import type { Readings } from '../facts.js';
import type { CiRun, Workflow } from './facts.js';
import { requiredContexts } from './protection-paths.js';
import { couldBe } from './read-workflow.js';

/** Where nothing says which workflow is the gate, its name does. */
const GATE_NAME = /(?:^|[^a-z])(?:ci|gate|tests?)(?:[^a-z]|$)/i;
/** What a bot proposes; that it fails says nothing of what runs here. */
const DEPENDENCY_UPDATE = / in \/.* - Update\b|dependabot|renovate|dependenc(?:y|ies)/i;

/** Checks that a merge needs, by the live settings, or else by those that are expected. */
export function neededContexts({ protection }: Readings): readonly string[] {
  if (protection.state !== 'read') return [];
  const { live, expected } = protection.value;
  return requiredContexts(live) ?? requiredContexts(expected) ?? [];
}

/** Whether a failure of this workflow keeps everybody from merging. */
export function gateTest(
  contexts: readonly string[],
  workflows: readonly Workflow[],
): (workflow: string) => boolean {
  const gates = workflows.filter(({ jobs }) =>
    jobs.some((job) => contexts.some((context) => couldBe(job, context))),
  );
  const names = new Set(gates.map(({ name }) => name));
  return (workflow) =>
    !DEPENDENCY_UPDATE.test(workflow) &&
    (names.size > 0 ? names.has(workflow) : GATE_NAME.test(workflow));
}

export function isUpdate({ workflow }: CiRun): boolean {
  return DEPENDENCY_UPDATE.test(workflow);
}

/** A run of somebody's branch says nothing of what is merged. */
export function isOfBranch({ branch }: CiRun, branches: readonly string[]): boolean {
  return branch === undefined || branches.includes(branch);
}
