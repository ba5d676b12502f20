import {
  findRunningPostgres,
  openEmbeddedPostgres,
} from '../../adapters/embedded/embedded-postgres.js';
import { clusterVersion } from '../../adapters/embedded/create-cluster.js';
import { existingPlaces } from '../../adapters/embedded/pg-places.js';
import { toldBy } from '../../adapters/postgres/external-errors.js';
import type { ExternalTarget } from '../../adapters/postgres/external-target.js';
import { refuseTransactionPooler } from '../../adapters/postgres/pooler.js';
import {
  readServerFacts,
  refuseOldServer,
  refuseReadOnlyServer,
} from '../../adapters/postgres/server-facts.js';
import { withReadSession, withSqlSession } from '../../adapters/postgres/sql-client.js';
import { systemClock } from '../../adapters/system-clock.js';
import { BUILD } from '../../commands/build-info.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { MigrationDatabase } from '../../commands/migrate/migrate-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Config } from '../../config/parse-config.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { isEmptyDatabase } from '../../schema/empty-database.js';
import { ensureSchema } from '../../schema/ensure-schema.js';
import { loadMigrations } from '../../schema/migration-files.js';
import { migrationList } from '../../schema/migration-list.js';
import { schemaHistory } from '../../schema/schema-history.js';
import { serverWords, targetOf } from '../engine/external-database.js';

const LOCK_WAIT_MS = 10_000;
const DATABASE_LOCK_WAIT_MS = 5_000;

export async function migrationDatabase(
  options: ParsedOptions,
  io: CommandIo,
): Promise<MigrationDatabase> {
  const config = commandConfig(options, io);
  const { databaseUrl } = config;
  return databaseUrl === undefined ? embedded(config) : external(targetOf(databaseUrl));
}

async function external(target: ExternalTarget): Promise<MigrationDatabase> {
  const read = <T>(work: (session: SqlSession) => Promise<T>): Promise<T> =>
    toldBy(target.where, () => withReadSession(target, 'cdb migrate', work));
  const facts = await read(readServerFacts);
  refuseOldServer(target, facts);
  return {
    kind: 'external',
    target: serverWords(target, facts),
    exists: true,
    list: () => read(listed),
    isEmpty: () => read(isEmptyDatabase),
    apply: (permit) =>
      toldBy(target.where, async () => {
        refuseReadOnlyServer(target, facts);
        await refuseTransactionPooler(target);
        return withSqlSession(target, 'cdb migrate', (open) => applied(open, permit));
      }),
  };
}

function embedded({ stateDir, postgres }: Config): MigrationDatabase {
  const places = existingPlaces(stateDir);
  const exists = places !== null && clusterVersion(places.dataDir) !== null;
  const session = async <T>(work: (session: SqlSession) => Promise<T>): Promise<T> => {
    const running = findRunningPostgres(stateDir);
    if (running !== null) return withSqlSession(running.connection, 'cdb migrate', work);
    const server = await openEmbeddedPostgres({
      stateDir,
      binariesDir: postgres.binariesDir,
      owner: 'cdb migrate',
      waitForLockMs: DATABASE_LOCK_WAIT_MS,
      clock: systemClock(),
    });
    try {
      return await withSqlSession(server.connection, 'cdb migrate', work);
    } finally {
      await server.stop();
    }
  };
  return {
    kind: 'embedded',
    target: `embedded PostgreSQL in ${places?.dataDir ?? stateDir}${exists ? '' : ', not made yet'}`,
    exists,
    list: () => (exists ? session(listed) : Promise.resolve(migrationList(loadMigrations(), []))),
    isEmpty: () => (exists ? session(isEmptyDatabase) : Promise.resolve(true)),
    apply: (permit) => session((open) => applied(open, permit)),
  };
}

async function listed(session: SqlSession) {
  return migrationList(loadMigrations(), await schemaHistory(session));
}

async function applied(
  session: SqlSession,
  permit: Parameters<MigrationDatabase['apply']>[0],
): Promise<readonly string[]> {
  const files = loadMigrations();
  const versions = await ensureSchema(session, {
    files,
    clock: systemClock(),
    cdbVersion: BUILD.version,
    waitForLockMs: LOCK_WAIT_MS,
    ...(permit === 'empty-only' && { intoEmptyOnly: true }),
  });
  return files.filter(({ version }) => versions.includes(version)).map(({ name }) => name);
}
