import { posix } from 'node:path';
import { ARROWS, BANS, DETERMINISTIC, NAMELESS_FILE, PURE } from './rules.js';
import { scanSource } from './source-scan.js';
import type { SourceScan } from './source-scan.js';

/** Path under src/ (`engine/core.ts`) to text. */
export type SourceTree = ReadonlyMap<string, string>;

type Scans = ReadonlyMap<string, SourceScan>;

/** @returns one sentence for every broken rule; empty is good */
export function violations(tree: SourceTree): readonly string[] {
  const scans: Scans = new Map([...tree].map(([path, text]) => [path, scanSource(path, text)]));
  return [
    ...[...scans].flatMap(([path, scan]) => arrowViolations(path, scan, scans)),
    ...[...scans].flatMap(([path, scan]) => banViolations(path, scan)),
    ...[...scans.keys()]
      .filter((path) => NAMELESS_FILE.test(path))
      .map((path) => `${path}: name the concept`),
    ...cycles(scans).map((cycle) => `import cycle: ${cycle.join(' -> ')}`),
  ];
}

function arrowViolations(path: string, scan: SourceScan, scans: Scans): readonly string[] {
  const here = layerOf(path);
  const allowed = ARROWS[here];
  if (allowed === undefined) return [`${path}: folder "${here}" has no import rule`];
  return scan.imports.flatMap(({ specifier, typeOnly }) => {
    const target = resolveImport(path, specifier, scans);
    if (target !== undefined) {
      const there = layerOf(target);
      const fine = there === here || allowed.includes(there);
      return fine ? [] : [`${path}: ${here} must not import ${there} (${specifier})`];
    }
    if (specifier.startsWith('.')) return [`${path}: cannot resolve ${specifier}`];
    const fine = typeOnly || (PURE[here]?.includes(packageOf(specifier)) ?? true);
    return fine ? [] : [`${path}: ${here} must not import the package ${specifier}`];
  });
}

function banViolations(path: string, scan: SourceScan): readonly string[] {
  const here = layerOf(path);
  if (!DETERMINISTIC.includes(here)) return [];
  return Object.entries(BANS).flatMap(([name, pattern]) =>
    [...scan.code.matchAll(pattern)].flatMap((match) => {
      const line = scan.lineAt(match.index);
      const excused = scan.lines[line]?.includes('nondeterministic-ok:') ?? false;
      return excused ? [] : [`${path}:${line + 1}: ${here} must not use ${name}`];
    }),
  );
}

function layerOf(path: string): string {
  const parts = path.split('/');
  for (const size of [2, 1]) {
    const name = parts.slice(0, size).join('/');
    if (name in ARROWS && parts.length > size) return name;
  }
  return (parts[0] ?? path).replace(/\.tsx?$/, '');
}

function packageOf(specifier: string): string {
  return specifier.split('/')[0] ?? specifier;
}

function resolveImport(path: string, specifier: string, scans: Scans): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const stem = posix.join(posix.dirname(path), specifier).replace(/\.jsx?$/, '');
  return [`${stem}.ts`, `${stem}.tsx`].find((candidate) => scans.has(candidate));
}

/** Value imports only: a cycle of types exists at compile time alone. */
function cycles(scans: Scans): readonly (readonly string[])[] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      found.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    for (const { specifier, typeOnly } of scans.get(path)?.imports ?? []) {
      const target = typeOnly ? undefined : resolveImport(path, specifier, scans);
      if (target !== undefined) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of scans.keys()) visit(path, []);
  return found;
}
