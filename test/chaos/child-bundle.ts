import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CDB, PROJECT } from './engine-process.js';

export interface ChildBundle {
  readonly script: string;
  remove(): void;
}

/** Inside the project, because the bundle looks for migrations, sample and binaries from there. */
export async function bundleEngineChild(): Promise<ChildBundle> {
  const cache = join(PROJECT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, 'cdb-chaos-'));
  const script = join(directory, 'engine-child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'engine-child.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg-native'],
    define: {
      __CDB_VERSION__: '"chaos"',
      __CDB_ENGINE_HASH__: '"chaos"',
      __CDB_COMMIT__: '"chaos"',
    },
    banner: {
      js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return {
    script,
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the built `cdb` writes into its journals; a child must write the same to be continued. */
export function builtCodeVersion(): string {
  const text = execFileSync(process.execPath, [CDB, 'version', '--json'], { encoding: 'utf8' });
  const { data } = JSON.parse(text) as { data: { version: string; engine_hash: string } };
  return `${data.version}+${data.engine_hash}`;
}
