import { expect, test } from 'vitest';
import { requestedFormat } from '../../../src/main/output-format.js';

test.each([
  [['status'], {}, 'text'],
  [['status', '--json'], {}, 'json'],
  [['--output', 'jsonl', 'fills'], {}, 'jsonl'],
  [['fills', '--output=json'], {}, 'json'],
  [['fills'], { CDB_OUTPUT: 'json' }, 'json'],
  [['fills', '--output', 'text'], { CDB_OUTPUT: 'json' }, 'text'],
  [['fills', '--output', 'xml'], {}, 'text'],
  [['fills', '--output'], {}, 'text'],
  [['kill-switch', 'engage', '--', '--json'], {}, 'text'],
])('requestedFormat of %j with %j is %s', (args, env, format) => {
  expect(requestedFormat(args, env)).toBe(format);
});
