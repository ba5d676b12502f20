import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../../../src');

/** What runs between the call of a stop and its answer where no other place is configured. */
const STOP = [
  'commands/kill-switch/engage.ts',
  'main/operator/kill-switch.ts',
  'main/operator/shared-places.ts',
];

/** Packages that a file loads with it, each with a way there. Types load nothing. */
function packagesOf(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (path: string, way: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    const imports = text.matchAll(/^(?:import|export)(?! type\b)[^;]*?from '([^']+)';/gm);
    for (const [, name = ''] of imports) {
      const isOwn = name.startsWith('.');
      const target = isOwn ? join(dirname(path), name.replace(/\.js$/, '.ts')) : '';
      if (isOwn && existsSync(target)) visit(target, `${way} > ${relative(SRC, target)}`);
      else if (!name.startsWith('node:')) found.set(name, way);
    }
  };
  visit(join(SRC, entry), entry);
  return found;
}

test.each(STOP)('%s loads no package', (entry) => {
  expect([...packagesOf(entry)]).toEqual([]);
});

test('the way to a package is found', () => {
  expect(packagesOf('config/load-config.ts').get('zod')).toContain('> config/schema.ts');
});
