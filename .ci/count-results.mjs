// Usage: count-results.mjs RESULTS.json [FAILED STEP...]
// Prints what the test runner counted, and fails when a test failed, a file could not even be
// loaded, nothing ran at all, or a step of .ci/run failed: a green last line must mean all of it.
import { readFileSync } from 'node:fs';

const [path = '', ...failedSteps] = process.argv.slice(2);

function readResults() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (fault) {
    console.log(`no test results: ${fault.message}`);
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

const results = readResults();
const unloadable = results.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
// Last in the log, because that is the part of it that is read.
for (const { name, assertionResults } of results.testResults) {
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status !== 'failed') continue;
    console.log(`test failed: ${name}: ${fullName}\n${failureMessages.join('\n').slice(0, 3_000)}`);
  }
}
for (const { name, message } of unloadable) console.log(`test file failed: ${name}: ${message}`);
for (const name of failedSteps) console.log(`step failed: ${name}`);

const leftOut = results.numPendingTests + (results.numTodoTests ?? 0);
if (leftOut > 0) console.log(`LEFT OUT: ${leftOut} tests did not run on this machine`);

const failedTests = results.numFailedTests + unloadable.length;
// The step "tests" is its tests, unless the runner itself broke.
const steps = failedSteps.filter((name) => name !== 'tests' || failedTests === 0);
const failed = failedTests + steps.length;
console.log(`${results.numPassedTests} passed, ${failed} failed`);
if (failed > 0 || results.numPassedTests === 0) process.exitCode = 1;
