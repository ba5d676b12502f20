import { describe, expect, test } from 'vitest';
import {
  BUNDLE_REASONS,
  GATE_REASONS,
  LAYER_REASONS,
  REASON_CODES,
  reasonText,
} from '../../../../src/engine/domain/reason-codes.js';

/** Width of the column that stores the code of a risk decision. */
const COLUMN_CHARS = 20;

describe('reason codes', () => {
  test('of decisions fit their column', () => {
    for (const code of [...Object.keys(GATE_REASONS), ...Object.keys(LAYER_REASONS)]) {
      expect(code.length, code).toBeLessThanOrEqual(COLUMN_CHARS);
    }
  });

  test('are listed once, each with a meaning and something to try', () => {
    const lists = [GATE_REASONS, LAYER_REASONS, BUNDLE_REASONS].flatMap(Object.keys);
    expect(new Set(lists).size).toBe(lists.length);
    expect([...REASON_CODES].sort()).toEqual([...lists].sort());
    for (const code of REASON_CODES) {
      const text = reasonText(code);
      expect(text?.meaning, code).toMatch(/^\S.*[^.]$/);
      expect(text?.todo, code).toMatch(/^\S.*[^.]$/);
    }
  });

  test('that no check gives have no text', () => {
    for (const code of ['RC_000', '__proto__', 'constructor', '']) {
      expect(reasonText(code)).toBeUndefined();
    }
  });
});
