import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { spread } from './spread.js';

/** Whole calls of `cdb drift` over all tables after a run of the sample, as an operator sees them. */
const CALLS = 15;

const [, , scratch = '', cdb = ''] = process.argv;
mkdirSync(scratch, { recursive: true });

function call(args: readonly string[], url?: string): number {
  // A run belongs to its database, so each has a state directory of its own.
  const stateDir = ['--state-dir', join(scratch, url === undefined ? 'embedded' : 'external')];
  const env = { ...process.env, ...(url !== undefined && { CDB_DATABASE_URL: url }) };
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cdb, ...args, ...stateDir], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0)
    throw new Error(`cdb ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return performance.now() - startedAt;
}

function drifts(url?: string) {
  call(['run', '--paper', '--feed', 'sample', '--speed', 'max'], url);
  return spread(Array.from({ length: CALLS }, () => call(['drift'], url)));
}

const server = await ExternalPostgres.start();
try {
  const embedded = drifts();
  call(['migrate', 'up', '--yes'], server.url());
  const external = drifts(server.url());
  const result = {
    external_ms: { ...external, aim: 1_500 },
    embedded_with_its_start_ms: { ...embedded, aim: 4_000 },
  };
  process.stdout.write(JSON.stringify(result));
} finally {
  await server.end();
}
