export interface Difference {
  /** `deals[1].price`; '' for the whole value. */
  readonly field: string;
  readonly required: unknown;
  readonly current: unknown;
}

/** Compares plain data member by member. @returns null when both are the same */
export function firstDifference(
  required: unknown,
  current: unknown,
  field = '',
): Difference | null {
  if (!isNested(required) || !isNested(current)) {
    return Object.is(required, current) ? null : { field, required, current };
  }
  if (Array.isArray(required) !== Array.isArray(current)) return { field, required, current };
  const [left, right] = [new Map(Object.entries(required)), new Map(Object.entries(current))];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const inner = Array.isArray(required) ? `${field}[${name}]` : `${field}.${name}`;
    const difference = firstDifference(left.get(name), right.get(name), inner.replace(/^\./, ''));
    if (difference !== null) return difference;
  }
  return null;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
