import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const SRC = join(import.meta.dirname, '../../../src');

/** Path under src/ to text, of every source file. */
export function treeOnDisk(): ReadonlyMap<string, string> {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((file) => file.isFile() && /\.tsx?$/.test(file.name))
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [relative(SRC, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}
