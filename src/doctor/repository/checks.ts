import type { Check } from '../check.js';
import { openIssues, recentRuns } from './ci-checks.js';
import { branchProtection, gateCounts, gateRan, requiredChecks } from './gate-checks.js';
import { repositoryState } from './repository-check.js';

export const REPOSITORY_CHECKS: readonly Check[] = [
  repositoryState,
  recentRuns,
  branchProtection,
  requiredChecks,
  gateRan,
  gateCounts,
  openIssues,
];
