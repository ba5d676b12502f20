import type { GateOutput } from './facts.js';

const PASSED = [
  /\bTests:?\s+(?:.*?\b)?(\d+) passed/gi, // vitest, jest
  /\b(\d+) passed\b/gi, // pytest, playwright
  /^# pass (\d+)/gim, // node --test
  /\bRan (\d+) tests?\b/gi, // unittest
];
const FAILED = [/\b(\d+) failed\b/gi, /^# fail (\d+)/gim, /\bfailures=(\d+)/gi];
const NOTHING =
  /\bno tests? (?:ran|found|files found|were (?:run|found|executed))|collected 0 items|No test files/i;
const THRESHOLD =
  /\b(?:threshold|minimum|at least|min[_ ]?tests?|expected(?: tests?)?)\b[^\d\n]{0,30}(\d+)/gi;

/** Counts as test runners print them; of several the last, which is the sum. */
export function readGateOutput(file: string, text: string): GateOutput {
  const plain = text.replace(/\u001b\[[\d;]*m/g, '');
  const passed = lastOf(plain, PASSED);
  return {
    file,
    fault: null,
    passed: passed ?? (NOTHING.test(plain) ? 0 : null),
    failed: lastOf(plain, FAILED),
    threshold: lastOf(plain, [THRESHOLD]),
  };
}

/** Of the first pattern that is found. */
function lastOf(text: string, patterns: readonly RegExp[]): number | null {
  for (const pattern of patterns) {
    const last = [...text.matchAll(pattern)].at(-1)?.[1];
    if (last !== undefined) return Number(last);
  }
  return null;
}
