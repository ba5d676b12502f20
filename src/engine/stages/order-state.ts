/** The order state machine of domain.md 1.9. */
export type OrderStatus =
  'PENDING' | 'SUBMITTED' | 'PARTIALLY_FILLED' | 'FILLED' | 'REJECTED' | 'FAILED' | 'CANCELLED';

const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['SUBMITTED', 'REJECTED', 'FAILED', 'CANCELLED'],
  SUBMITTED: ['PARTIALLY_FILLED', 'FILLED', 'REJECTED', 'FAILED', 'CANCELLED'],
  PARTIALLY_FILLED: ['PARTIALLY_FILLED', 'FILLED', 'CANCELLED', 'FAILED'],
  FILLED: [],
  REJECTED: [],
  FAILED: [],
  CANCELLED: [],
};

export function mayFollow(from: OrderStatus, to: OrderStatus): boolean {
  return NEXT[from].includes(to);
}

export function isFinal(status: OrderStatus): boolean {
  return NEXT[status].length === 0;
}
