/**
 * A number in [0, 1) that depends on nothing but its arguments, so that a simulated outcome is the
 * same in every replay. Murmur3's finaliser over the three words; no statistical claims beyond that.
 */
export function seededUnit(seed: number, n: number, salt: number): number {
  let h = (seed | 0) ^ 0x9e3779b9;
  for (const word of [n, Math.floor(n / 0x1_0000_0000), salt]) {
    h = Math.imul(h ^ (word | 0), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return (h >>> 0) / 0x1_0000_0000;
}
