import { describe, expect, test } from 'vitest';
import { reportFault } from '../../../src/main/fault.js';
import { DependencyError, EXIT, OperatorError } from '../../../src/operator-error.js';

describe('reportFault', () => {
  test('passes an operator error on', () => {
    const error = new OperatorError({
      code: 'CDB-E0101',
      what: 'a',
      why: 'b',
      todo: 'c',
      exit: EXIT.CONFIG,
    });
    expect(reportFault(error, [], 0)).toBe(error);
  });

  test('turns a dependency into exit 4 and says whether a retry can help', () => {
    const dependency = (retryable: boolean) =>
      reportFault(new DependencyError('no answer', { dependency: 'PostgreSQL', retryable }), [], 0);
    expect(dependency(true)).toMatchObject({
      exit: EXIT.UNREACHABLE,
      what: 'PostgreSQL failed: no answer',
      todo: expect.stringContaining('again'),
    });
    expect(dependency(false).todo).not.toBe(dependency(true).todo);
  });
});
