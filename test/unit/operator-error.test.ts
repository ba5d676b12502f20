import { describe, expect, test } from 'vitest';
import { errorText } from '../../src/commands/output/error-text.js';
import { assertInvariant } from '../../src/engine/domain/invariant.js';
import { DependencyError, EXIT, OperatorError } from '../../src/operator-error.js';
import { ERROR_CATALOGUE } from '../../src/operator-error/catalogue.js';

const FIELDS = {
  code: 'CDB-E0101',
  what: 'Configuration is invalid: 2 faults',
  why: 'first\nsecond',
  todo: 'correct them',
  exit: EXIT.CONFIG,
} as const;
const error = new OperatorError(FIELDS);

describe('error text', () => {
  test('has the four lines, continued lines are indented', () => {
    expect(errorText(error, 'text')).toBe(
      [
        'error CDB-E0101: Configuration is invalid: 2 faults',
        'cause: first',
        '       second',
        'fix:   correct them',
        'docs:  cdb explain CDB-E0101',
        '',
      ].join('\n'),
    );
  });

  test('has the same fields as JSON, on one line', () => {
    const text = errorText(error, 'json');
    expect(text.split('\n')).toHaveLength(2);
    expect(JSON.parse(text)).toEqual({
      schema: 'cdb.error/1',
      error: {
        code: 'CDB-E0101',
        what: 'Configuration is invalid: 2 faults',
        why: 'first\nsecond',
        todo: 'correct them',
        exit: 3,
      },
    });
  });
});

test('errors keep their cause', () => {
  const cause = new Error('socket');
  const dependency = new DependencyError('no answer', {
    dependency: 'PostgreSQL',
    retryable: true,
    cause,
  });
  expect(dependency.cause).toBe(cause);
  expect(new OperatorError({ ...FIELDS, cause }).cause).toBe(cause);
});

test('assertInvariant throws only when broken', () => {
  expect(() => {
    assertInvariant(1, 'one is true');
  }).not.toThrow();
  expect(() => {
    assertInvariant(0, 'zero is true');
  }).toThrow('Invariant: zero is true');
});

test('exit statuses and codes are unique', () => {
  expect(new Set(Object.values(EXIT)).size).toBe(Object.keys(EXIT).length);
  for (const code of Object.keys(ERROR_CATALOGUE)) expect(code).toMatch(/^CDB-E\d{4}$/);
});
