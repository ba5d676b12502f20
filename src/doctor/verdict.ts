import { COMPONENTS, type Component, type Level, type Remedy } from './check.js';
import { bySeverity, isBad, isUnknown, type Finding } from './finding.js';

/**
 * PASS: no blocker and no warning. WARN: warnings only. FAIL: anything that is broken, or unknown
 * where it counts (P0, P1), or nothing was examined at all.
 */
export type DayStatus = 'PASS' | 'WARN' | 'FAIL';

export function dayStatus(findings: readonly Finding[]): DayStatus {
  const examined = findings.filter(({ status }) => status !== 'SKIP');
  if (examined.length === 0) return 'FAIL';
  if (examined.some(breaks)) return 'FAIL';
  if (!provesEffects(findings)) return 'WARN';
  return examined.some(({ status }) => status !== 'OK') ? 'WARN' : 'PASS';
}

/** Where effects were to be examined, something has to show them: a directory without an engine has none. */
function provesEffects(findings: readonly Finding[]): boolean {
  const ofPath = findings.filter(({ group }) => group === 'pipeline');
  return ofPath.length === 0 || ofPath.some(({ status }) => status !== 'SKIP');
}

/** An unknown of P2 or P3 warns: it is no answer, and no alarm at night. */
function breaks(finding: Finding): boolean {
  if (!isBad(finding)) return false;
  return !isUnknown(finding) || counts(finding.level);
}

function counts(level: Level): boolean {
  return level === 'P0' || level === 'P1';
}

/** Findings in the order they are told: what is worst and surest first. */
export function ordered(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(bySeverity);
}

const TOP = 3;

/**
 * What is broken, then warnings, then the best that is well, which has a place unless three things
 * are broken. What concerns only components that were told of already is not told again here.
 */
export function topThree(findings: readonly Finding[]): readonly Finding[] {
  const told = ordered(findings).filter(({ status }) => status !== 'SKIP');
  const best = told.filter(({ status }) => status === 'OK').sort(byWorth);
  const unwell = oncePerSubject(told.filter(({ status }) => status !== 'OK'));
  const broken = unwell.filter(isBad).slice(0, TOP);
  const places = best.length === 0 ? TOP : Math.max(broken.length, TOP - 1);
  return [...unwell.slice(0, places), ...best].slice(0, TOP);
}

function oncePerSubject(findings: readonly Finding[]): readonly Finding[] {
  const told = new Set<Component>();
  return findings.filter(({ components }) => {
    const isNew = components.length === 0 || components.some((component) => !told.has(component));
    components.forEach((component) => told.add(component));
    return isNew;
  });
}

/** That the whole path moves is the best news there is, then its parts, then what would have cost most. */
function byWorth(a: Finding, b: Finding): number {
  const worth = ({ group, components }: Finding) =>
    group !== 'pipeline' ? 2 : components.length === 0 ? 0 : 1;
  return worth(a) - worth(b) || (a.level < b.level ? -1 : a.level > b.level ? 1 : 0);
}

export interface NextStep {
  readonly does: string;
  readonly command: string | null;
  readonly gate: string | null;
  /** Of the finding that asks for it; null where all is well. */
  readonly finding: string | null;
}

/**
 * Exactly one: what mends the worst that has a remedy, else to find out about the worst. Only where all
 * that was examined is well there is nothing to do but to go on watching.
 */
export function nextStep(findings: readonly Finding[]): NextStep {
  const told = ordered(findings);
  const unwell = told.filter(({ status }) => status !== 'OK' && status !== 'SKIP');
  for (const { remedy, id } of unwell) {
    if (remedy !== null) return { ...stepOf(remedy), finding: id };
  }
  const none = { command: null, gate: null };
  const [worst] = unwell;
  if (worst !== undefined) {
    const { id, status } = worst;
    return { ...none, does: `find out why ${id} is ${status}`, finding: id };
  }
  const isAnyWell = told.some(({ status }) => status === 'OK');
  const does = isAnyWell ? 'continue observation' : 'find out why nothing was examined';
  return { ...none, does, finding: null };
}

function stepOf({ does, command, gate }: Remedy): Omit<NextStep, 'finding'> {
  return { does, command, gate };
}

export interface MatrixRow {
  readonly component: Component;
  readonly status: Finding['status'];
  readonly says: string;
  readonly action: string;
}

/** The worst of each component; one of which nothing was examined is left out. */
export function decisionMatrix(findings: readonly Finding[]): readonly MatrixRow[] {
  const told = ordered(findings);
  return COMPONENTS.flatMap((component): readonly MatrixRow[] => {
    const worst = told.find(
      ({ components, status }) => components.includes(component) && status !== 'SKIP',
    );
    if (worst === undefined) return [];
    const action = worst.status === 'OK' ? 'none' : (worst.remedy?.does ?? 'look at it');
    return [{ component, status: worst.status, says: worst.says, action }];
  });
}
