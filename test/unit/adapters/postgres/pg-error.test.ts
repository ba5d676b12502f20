import { describe, expect, it } from 'vitest';
import { toDependencyError } from '../../../../src/adapters/postgres/pg-error.js';
import { DependencyError } from '../../../../src/operator-error.js';

function said(message: string, code?: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('toDependencyError', () => {
  it.each([
    ['relation "risk_events" does not exist', '42P01', 'table "risk_events" is missing'],
    [
      'column "reason_code" of relation "risk_events" does not exist',
      '42703',
      'column "reason_code" of table "risk_events" is missing',
    ],
    ['column c.x does not exist', '42703', 'column "c.x" is missing'],
  ])('names what is missing in "%s"', (message, code, words) => {
    const error = toDependencyError('commit', said(message, code));
    expect(error.message).toBe(`Cannot commit: ${words}: ${message} (${code})`);
    expect(error.retryable).toBe(false);
  });

  it.each([
    ['ECONNREFUSED', true],
    ['57P01', true],
    ['53100', true],
    ['55P03', true],
    ['40P01', true],
    [undefined, true],
    ['22001', false],
    ['23514', false],
    ['42501', false],
  ])('says of %s whether a retry can help: %s', (code, retryable) => {
    expect(toDependencyError('commit', said('x', code)).retryable).toBe(retryable);
  });

  it('keeps the cause, and passes its own kind through', () => {
    const cause = said('x');
    const error = toDependencyError('commit', cause);
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(DependencyError);
    expect(toDependencyError('again', error)).toBe(error);
  });
});
