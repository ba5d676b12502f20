/** Our bug. Never caught below main. */
class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function assertInvariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`Invariant: ${message}`);
}
