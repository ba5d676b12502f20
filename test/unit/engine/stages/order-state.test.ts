import { describe, expect, it } from 'vitest';
import { isFinal, mayFollow, type OrderStatus } from '../../../../src/engine/stages/order-state.js';

const STATUSES: readonly OrderStatus[] = [
  'PENDING',
  'SUBMITTED',
  'PARTIALLY_FILLED',
  'FILLED',
  'REJECTED',
  'FAILED',
  'CANCELLED',
];

describe('order state', () => {
  it.each<[OrderStatus, OrderStatus[]]>([
    ['PENDING', ['SUBMITTED', 'REJECTED', 'FAILED', 'CANCELLED']],
    ['SUBMITTED', ['PARTIALLY_FILLED', 'FILLED', 'REJECTED', 'FAILED', 'CANCELLED']],
    ['PARTIALLY_FILLED', ['PARTIALLY_FILLED', 'FILLED', 'FAILED', 'CANCELLED']],
    ['FILLED', []],
    ['REJECTED', []],
    ['FAILED', []],
    ['CANCELLED', []],
  ])('%s may become %j and nothing else', (from, allowed) => {
    expect(STATUSES.filter((to) => mayFollow(from, to))).toEqual(allowed);
    expect(isFinal(from)).toBe(allowed.length === 0);
  });
});
