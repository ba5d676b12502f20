import { check, evidence, skip, type Check, type Judgement } from '../check.js';
import type { Readings } from '../facts.js';
import type { CiRun } from './facts.js';
import { gateTest, isOfBranch, isUpdate, neededContexts } from './gate-names.js';

const NOW_MS_MAX = 60_000;
const RUNS_SHOWN = 5;
const FAILED = new Set(['failure', 'timed_out', 'startup_failure', 'action_required']);
const LABELS = /^(?:prio[:/ ]?must|p0|lr|live-readiness|governance|blocker)\b/i;
const LR_TITLE = /^\[?LR-\d{3}\b/;

export const recentRuns: Check = check({
  id: 'ci.recent_runs',
  group: 'ci',
  level: 'P2',
  title: 'the newest runs of the CI, and of its gate',
  matters: 'a gate that fails keeps every repair from being delivered',
  components: ['ci'],
  needs: ['ciRuns'],
  looks: ['workflows', 'protection', 'repository'],
  windowMs: NOW_MS_MAX,
  examine: ({ ciRuns }, { readings }) => {
    const runs = ciRuns.value;
    if (runs.length === 0) return skip('no run is recorded');
    const last = runs.slice(0, RUNS_SHOWN);
    const failed = last.filter(hasFailed);
    const gate = gateFailures(runs, readings);
    const updates = failed.filter(isUpdate).length;
    const figures = {
      runs: last.length,
      failed: failed.length,
      dependency_updates: updates,
      gate_failed: gate.length,
    };
    const proof = last.map((run) => evidence(ciRuns, runWords(run)));
    const counted = `${failed.length} of ${last.length} newest runs failed`;
    if (gate.length > 0) {
      const names = gate.map(({ workflow }) => workflow).join(', ');
      return {
        status: 'FAIL',
        level: 'P1',
        says: `the gate failed: ${names}; ${counted}`,
        evidence: [...gate.map((run) => evidence(ciRuns, runWords(run))), ...proof],
        remedy: look(gate[0]),
        figures,
      };
    }
    if (failed.length === 0) {
      return { status: 'OK', says: counted, evidence: proof, figures };
    }
    const which = updates === 0 ? '' : `, ${updates} of them dependency updates`;
    const says = `${counted}${which}; no run of the gate did`;
    return { status: 'WARN', says, evidence: proof, remedy: look(failed[0]), figures };
  },
});

/** Only the newest finished run of each gate counts: what it said before is mended. */
function gateFailures(runs: readonly CiRun[], readings: Readings): readonly CiRun[] {
  const { workflows, repository, protection } = readings;
  const branches = [
    repository.state === 'read' ? repository.value.branch : 'main',
    protection.state === 'read' ? protection.value.branch : 'main',
    ...['main', 'master'],
  ];
  const isGate = gateTest(
    neededContexts(readings),
    workflows.state === 'read' ? workflows.value : [],
  );
  const newest = new Map<string, CiRun>();
  for (const run of runs) {
    const isJudged = hasFailed(run) || run.status === 'success';
    if (!isJudged || !isGate(run.workflow) || !isOfBranch(run, branches)) continue;
    if (!newest.has(run.workflow)) newest.set(run.workflow, run);
  }
  return [...newest.values()].filter(hasFailed);
}

export const openIssues: Check = check({
  id: 'ci.open_issues',
  group: 'ci',
  level: 'P3',
  title: 'open issues of live readiness and governance',
  matters: 'they say what is still missing before real money',
  components: ['repository'],
  needs: ['issues'],
  windowMs: NOW_MS_MAX,
  examine: ({ issues }) => {
    const told = issues.value.filter(
      ({ labels, title }) => LR_TITLE.test(title) || labels.some((label) => LABELS.test(label)),
    );
    const numbers = told.map(({ number }) => `#${number}`).join(', ');
    const says = `${told.length} of ${issues.value.length} open issues are of live readiness or governance${told.length === 0 ? '' : `: ${numbers}`}`;
    const proof = told.map(({ number, title }) => evidence(issues, `#${number} ${title}`));
    const figures = { open: issues.value.length, told: told.length };
    return { status: 'OK', says, evidence: [evidence(issues, says), ...proof], figures };
  },
});

function hasFailed({ status }: CiRun): boolean {
  return FAILED.has(status);
}

function runWords({ workflow, status, atMs }: CiRun): string {
  const when = atMs === null ? '' : ` at ${new Date(atMs).toISOString().slice(0, 16)}Z`;
  return `${workflow}: ${status}${when}`;
}

function look(run: CiRun | undefined): NonNullable<Judgement['remedy']> {
  return {
    does: 'look at the run that failed',
    command: run?.id === undefined ? 'gh run list' : `gh run view ${run.id} --log-failed`,
    risk: 'none: it only looks',
    gate: null,
  };
}
