import { openPgPool, type PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { ALL_SYMBOLS, shardedEngine } from './sharded-engine.js';

/**
 * A pipeline in a process of its own, whose lease is never renewed: what it hears of it is nothing,
 * as over a connection that has gone silent. Only the fence can tell it that it is late.
 */
const [url = '', connection = '', directory = ''] = process.argv.slice(2);
const engine = shardedEngine(
  {
    roles: ['pipeline'],
    thresholds: ALL_SYMBOLS,
    lease: { renew: () => new Promise<boolean>(() => undefined) },
  },
  {
    engineId: 'child',
    pool: openPgPool(JSON.parse(connection) as PgTarget, 'child'),
    ...{ url, directory },
    onLink: () => undefined,
    onNotice: (text) => process.stdout.write(`${text}\n`),
  },
);
await engine.run();
