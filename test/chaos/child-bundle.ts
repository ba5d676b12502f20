import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleChild, type ChildBundle } from '../bundle-child.js';
import { CDB, PROJECT } from './engine-process.js';

/** Inside the project, because the bundle looks for migrations, sample and binaries from there. */
export function bundleEngineChild(): Promise<ChildBundle> {
  const cache = join(PROJECT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  return bundleChild(join(import.meta.dirname, 'engine-child.ts'), cache, {
    __CDB_VERSION__: '"chaos"',
    __CDB_ENGINE_HASH__: '"chaos"',
    __CDB_COMMIT__: '"chaos"',
  });
}

/** What the built `cdb` writes into its journals; a child must write the same to be continued. */
export function builtCodeVersion(): string {
  const text = execFileSync(process.execPath, [CDB, 'version', '--json'], { encoding: 'utf8' });
  const { data } = JSON.parse(text) as { data: { version: string; engine_hash: string } };
  return `${data.version}+${data.engine_hash}`;
}
