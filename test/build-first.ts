import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Tests that run bin/cdb.js must never judge an older build. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build.mjs')], {
    stdio: 'inherit',
  });
}
