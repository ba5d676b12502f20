import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLOCKED_CODES } from '../../../../src/doctor/readiness/blocked-codes.js';
import { GUARD_RULES } from '../../../../src/doctor/readiness/guard-rules.js';
import { READINESS_ITEMS } from '../../../../src/doctor/readiness/items.js';
import { PAPER_PERIOD_RULES } from '../../../../src/doctor/readiness/paper-period.js';
import { NETWORK_RULES, RESTART_RULES } from '../../../../src/doctor/readiness/recovery.js';
import { VALIDATION_WINDOW_RULES } from '../../../../src/doctor/readiness/validation-window.js';
import { durationText } from '../../../../src/view/age.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../docs/readiness.md'), 'utf8');

/** Cells of the table below a heading, without its title and rule. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [section = ''] = (PAGE.split(`\n## ${heading}\n`)[1] ?? '').split('\n## ');
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/readiness.md', () => {
  it('lists every item with its proof and validity, as the code has it', () => {
    const expected = READINESS_ITEMS.map(({ id, demands, proven, validMs, canary }) => [
      id,
      demands,
      proven.by === 'proof' ? proven.kinds.map((kind) => `\`${kind}\``).join(', ') : proven.by,
      validMs === 0 ? 'its window' : durationText(validMs),
      canary ? 'canary, live' : 'live',
    ]);
    expect(rowsBelow('The list')).toEqual(expected);
  });

  it('lists every rule of the guard and every code of a block', () => {
    expect(rowsBelow('The guard')).toEqual(Object.entries(GUARD_RULES));
    const codes = Object.entries(BLOCKED_CODES).map(([code, why]) => [`\`${code}\``, why]);
    expect(rowsBelow('Why a task may be blocked')).toEqual(codes);
  });

  it.each([
    ['Shadow validation window', VALIDATION_WINDOW_RULES],
    ['Five days of paper', PAPER_PERIOD_RULES],
    ['Recovery drills', [...RESTART_RULES, ...NETWORK_RULES]],
  ])('lists every rule of: %s', (heading, rules) => {
    expect(rowsBelow(heading)).toEqual(rules.map(({ id, demands }) => [`\`${id}\``, demands]));
  });
});
