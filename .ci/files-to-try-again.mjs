// Usage: files-to-try-again.mjs RESULTS.json
// Prints the files whose failed tests are worth a second try, one per line. Tests with real servers
// and processes only: a unit test that fails fails for a reason of its own. A few only: where much
// fails, something is broken.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const FILES_MAX = 3;
const results = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const files = results.testResults
  .filter(({ status }) => status === 'failed')
  .map(({ name }) => relative(process.cwd(), name));
const withRealParts = files.every((name) => !name.startsWith('test/unit/'));
if (withRealParts && files.length <= FILES_MAX) for (const name of files) console.log(name);
