// Prints what the test runner counted. Fails when a test failed, when a file could not even be
// loaded, and when nothing ran at all.
import { readFileSync } from 'node:fs';

const [path = ''] = process.argv.slice(2);

function readResults() {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (fault) {
    console.log(`no test results: ${fault.message}`);
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  }
}

const {
  numPassedTests,
  numFailedTests,
  numPendingTests,
  numTodoTests = 0,
  testResults,
} = readResults();
const unloadable = testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
for (const { name, message } of unloadable) console.log(`test file failed: ${name}: ${message}`);
const leftOut = numPendingTests + numTodoTests;
if (leftOut > 0) console.log(`LEFT OUT: ${leftOut} tests did not run on this machine`);

const failed = numFailedTests + unloadable.length;
console.log(`${numPassedTests} passed, ${failed} failed`);
if (failed > 0 || numPassedTests === 0) process.exitCode = 1;
