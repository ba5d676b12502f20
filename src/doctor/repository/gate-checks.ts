import { check, evidence, notExamined, type Check, type Remedy } from '../check.js';
import { neededContexts } from './gate-names.js';
import { protectionDifferences, requiredContexts } from './protection-paths.js';
import { couldBe } from './read-workflow.js';

const NOW_MS_MAX = 60_000;
/** Settings are changed by their owner; the check-up only reads them. */
const BY_OWNER: Omit<Remedy, 'does'> = {
  command: null,
  risk: 'a required check that no job has the name of blocks every merge',
  gate: null,
  testsAfter: ['cdb doctor --group ci'],
};

export const branchProtection: Check = check({
  id: 'ci.branch_protection',
  group: 'ci',
  level: 'P1',
  title: 'the branch is protected as it should be',
  matters: 'without it a change can be merged that no check has seen',
  components: ['ci'],
  needs: ['protection'],
  windowMs: NOW_MS_MAX,
  examine: ({ protection }) => {
    const { branch, live, why, unasked, expected } = protection.value;
    if (unasked !== null) return notExamined(unasked);
    if (live === null) {
      const says = `branch ${branch} is not protected: ${why ?? 'no words'}`;
      const remedy = { does: `protect branch ${branch}`, ...BY_OWNER };
      return { status: 'FAIL', says, evidence: [evidence(protection, says)], remedy };
    }
    if (expected === null) {
      const count = requiredContexts(live)?.length ?? 0;
      const says = `branch ${branch} is protected with ${count} required checks; not compared: doctor.protection names no settings that are expected`;
      return { status: 'OK', says, evidence: [evidence(protection, says)] };
    }
    const differences = protectionDifferences(expected, live);
    const figures = { differences: differences.length };
    if (differences.length === 0) {
      const says = `branch ${branch} is protected as expected`;
      return { status: 'OK', says, evidence: [evidence(protection, says)], figures };
    }
    const words = differences.map((one) => `${one.path} is ${one.live}, expected ${one.expected}`);
    return {
      status: 'FAIL',
      says: `the protection of branch ${branch} differs in ${differences.length} settings: ${words.join('; ')}`,
      evidence: words.map((one) => evidence(protection, one)),
      remedy: { does: 'set what is expected, or correct the file doctor.protection', ...BY_OWNER },
      figures,
    };
  },
});

export const requiredChecks: Check = check({
  id: 'ci.required_checks',
  group: 'ci',
  level: 'P1',
  title: 'every check that a merge needs is a job, and one that can fail',
  matters: 'a renamed job blocks every merge, and a job that cannot fail guards nothing',
  components: ['ci'],
  needs: ['protection', 'workflows'],
  windowMs: NOW_MS_MAX,
  examine: ({ workflows, protection }, { readings }) => {
    const contexts = neededContexts(readings);
    if (contexts.length === 0) {
      return notExamined('no check is required');
    }
    const jobs = workflows.value.flatMap((workflow) => workflow.jobs);
    const faults = [
      ...contexts
        .filter((context) => !jobs.some((job) => couldBe(job, context)))
        .map((context) => `"${context}" is required, and no job has that name`),
      ...jobs.flatMap((job) =>
        job.toothless !== null && contexts.some((context) => couldBe(job, context))
          ? [`"${job.name}" cannot fail: ${job.toothless}`]
          : [],
      ),
      ...workflows.value.flatMap(({ file, fault }) => (fault === null ? [] : `${file}: ${fault}`)),
    ];
    const figures = { required: contexts.length, faults: faults.length };
    if (faults.length === 0) {
      const says = `${contexts.length} required checks are jobs that can fail`;
      return { status: 'OK', says, evidence: [evidence(protection, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} faults in ${contexts.length} required checks: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(workflows, fault)),
      remedy: { does: 'give the job and the required check one name', ...BY_OWNER },
      figures,
    };
  },
});

const MEND: Remedy = {
  does: 'let the gate fail unless it counts at least as many tests as it should, and print both',
  command: null,
  risk: 'merges stop until the gate is right',
  gate: null,
};

export const gateRan: Check = check({
  id: 'ci.gate_ran',
  group: 'ci',
  level: 'P1',
  title: 'a green gate has really run',
  matters: 'a job that is skipped counts as passed, and can be green for weeks',
  components: ['ci'],
  needs: ['gateRuns'],
  windowMs: NOW_MS_MAX,
  examine: ({ gateRuns }) => {
    const runs = gateRuns.value;
    const jobs = runs.flatMap((run) => run.jobs);
    if (jobs.length === 0) {
      return notExamined('no green run of a gate');
    }
    const idle = runs.flatMap(({ workflow, jobs: all }) => {
      const skipped = all.flatMap(({ name, skippedTests }) =>
        skippedTests.map((step) => `${workflow}: ${name} skipped "${step}"`),
      );
      const ran = all.filter(({ conclusion, steps }) => conclusion === 'success' && steps > 0);
      const words = all.map(
        ({ name, conclusion, steps }) => `${name} ${conclusion}, ${steps} steps`,
      );
      return ran.length > 0 ? skipped : [`${workflow}: ${words.join('; ')}`];
    });
    const figures = { gates: runs.length, idle: idle.length, jobs: jobs.length };
    if (idle.length === 0) {
      const says = `${runs.length} green gates ran with ${jobs.length} jobs`;
      return { status: 'OK', says, evidence: [evidence(gateRuns, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${idle.length} gates are green without having run: ${idle.join('; ')}`,
      evidence: idle.map((one) => evidence(gateRuns, one)),
      remedy: MEND,
      figures,
    };
  },
});

export const gateCounts: Check = check({
  id: 'ci.gate_counts',
  group: 'ci',
  level: 'P1',
  title: 'the gate says how many tests it counted, and they are enough',
  matters: 'a gate that counts nothing is green whatever is broken',
  components: ['ci'],
  needs: ['gateOutput'],
  windowMs: 7 * 24 * 3_600_000,
  examine: ({ gateOutput }) => {
    const faults = gateOutput.value.flatMap(({ file, fault, passed, threshold }) => {
      if (fault !== null) return [`${file}: ${fault}`];
      if (passed === null) return [`${file} says nothing of how many tests it counted`];
      if (passed === 0) return [`${file} counted 0 tests`];
      if (threshold !== null && passed < threshold) {
        return [`${file} counted ${passed} passed tests, its threshold is ${threshold}`];
      }
      return [];
    });
    const passed = gateOutput.value.reduce((sum, one) => sum + (one.passed ?? 0), 0);
    const figures = { outputs: gateOutput.value.length, passed, faults: faults.length };
    if (faults.length === 0) {
      const says = `${gateOutput.value.length} gates counted ${passed} passed tests`;
      return { status: 'OK', says, evidence: [evidence(gateOutput, says)], figures };
    }
    return {
      status: 'FAIL',
      says: faults.join('; '),
      evidence: faults.map((fault) => evidence(gateOutput, fault)),
      remedy: MEND,
      figures,
    };
  },
});
