import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface ChildBundle {
  readonly directory: string;
  readonly script: string;
  remove(): void;
}

/** One TypeScript program with all it imports as a plain script in a new directory in `parent`. */
export async function bundleChild(
  program: string,
  parent: string,
  define: Readonly<Record<string, string>> = {},
): Promise<ChildBundle> {
  const directory = mkdtempSync(join(parent, 'cdb-child-'));
  const script = join(directory, 'child.mjs');
  await build({
    entryPoints: [program],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    define: { ...define },
    banner: {
      js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return {
    directory,
    script,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
