import type { Level } from '../check.js';
import { isBad, type Finding } from '../finding.js';
import { ordered } from '../verdict.js';

interface FixOption {
  readonly does: string;
  readonly command: string | null;
  readonly risk: string;
  readonly is_recommended: boolean;
}

/** What to do about one finding, the recommended option first. */
export interface FixPlan {
  readonly finding: string;
  readonly priority: Level;
  readonly problem: string;
  readonly gate: string | null;
  readonly options: readonly FixOption[];
  readonly tests_after: readonly string[];
}

/** One for each finding that is not well and can be mended, worst first. */
export function fixPlans(findings: readonly Finding[]): readonly FixPlan[] {
  return ordered(findings).flatMap((finding): readonly FixPlan[] => {
    const { remedy } = finding;
    if (remedy === null || !(isBad(finding) || finding.status === 'WARN')) return [];
    const { does, command, risk, gate, instead = [], testsAfter = [] } = remedy;
    const others = instead.map((other) => ({ ...other, command: null, is_recommended: false }));
    return [
      {
        finding: finding.id,
        priority: finding.level,
        problem: finding.says,
        gate,
        options: [{ does, command, risk, is_recommended: true }, ...others],
        tests_after: testsAfter,
      },
    ];
  });
}
