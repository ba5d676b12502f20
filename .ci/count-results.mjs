// Usage: count-results.mjs RESULTS.json SECOND_TRY.json [FAILED STEP...]
// Prints what the test runner counted, and fails when a test failed, a file could not even be
// loaded, nothing ran at all, or a step of .ci/run failed: a green last line must mean all of it.
// A test that failed and passed at the second try is named with what it said, and counted as passed.
import { existsSync, readFileSync } from 'node:fs';

const [path = '', secondPath = '', ...failedSteps] = process.argv.slice(2);
const NONE = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };

function readResults() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (fault) {
    console.log(`no test results: ${fault.message}`);
    return NONE;
  }
}

const results = readResults();
const second = existsSync(secondPath) ? JSON.parse(readFileSync(secondPath, 'utf8')) : NONE;
const passedAtSecondTry = (file, fullName) =>
  second.testResults.some(
    ({ name, assertionResults }) =>
      name === file &&
      assertionResults.some((test) => test.fullName === fullName && test.status === 'passed'),
  );
let passedLate = 0;
const unloadable = results.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
// Last in the log, because that is the part of it that is read.
for (const { name, assertionResults } of results.testResults) {
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status !== 'failed') continue;
    const isLate = passedAtSecondTry(name, fullName);
    if (isLate) passedLate += 1;
    const what = isLate ? 'test passed at the second try only' : 'test failed';
    console.log(`${what}: ${name}: ${fullName}\n${failureMessages.join('\n').slice(0, 3_000)}`);
  }
}
for (const { name, message } of unloadable) console.log(`test file failed: ${name}: ${message}`);
for (const name of failedSteps) console.log(`step failed: ${name}`);

const leftOut = results.numPendingTests + (results.numTodoTests ?? 0);
if (leftOut > 0) console.log(`LEFT OUT: ${leftOut} tests did not run on this machine`);

const failedTests = results.numFailedTests - passedLate + unloadable.length;
// The step "tests" is its tests, unless the runner itself broke.
const steps = failedSteps.filter((name) => name !== 'tests' || failedTests + passedLate === 0);
const failed = failedTests + steps.length;
if (passedLate > 0) console.log(`${passedLate} of the passed at the second try only: named above`);
const passed = results.numPassedTests + passedLate;
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;
