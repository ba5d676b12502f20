import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findRunningPostgres,
  openEmbeddedPostgres,
} from '../../adapters/embedded/embedded-postgres.js';
import { clusterVersion } from '../../adapters/embedded/create-cluster.js';
import { existingPlaces } from '../../adapters/embedded/pg-places.js';
import { toldBy } from '../../adapters/postgres/external-errors.js';
import type { ExternalTarget } from '../../adapters/postgres/external-target.js';
import type { PgTarget } from '../../adapters/postgres/pg-pool.js';
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
import type { ApplyMore, MigrationDatabase } from '../../commands/migrate/migrate-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Config } from '../../config/parse-config.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { loadContracts } from '../../schema/contracts/load-contracts.js';
import { isEmptyDatabase } from '../../schema/empty-database.js';
import { ensureSchema } from '../../schema/ensure-schema.js';
import { loadMigrations } from '../../schema/migration-files.js';
import { migrationList } from '../../schema/migration-list.js';
import type { MigrationRun } from '../../schema/migration-run.js';
import { schemaHistory } from '../../schema/schema-history.js';
import { compared } from '../../schema/plan/rehearse.js';
import { pendingOf, stateOf } from '../../schema/schema-state.js';
import { rowsGrow } from '../../schema/verify/rows-grow.js';
import { verifyAfter } from '../../schema/verify/verify-after.js';
import { serverWords, targetOf } from '../engine/external-database.js';

const APPLICATION = 'cdb migrate';
const LOCK_WAIT_MS = 10_000;
const DATABASE_LOCK_WAIT_MS = 5_000;
/** For counts of rows and such, which a look at the history does not need. */
const LONG_READ_MS = 60_000;

/** An engine of a market that moves decides within this time. */
const ROWS_WAIT_MS = 30_000;

type Sessions = Pick<MigrationDatabase, 'read' | 'write'> & {
  /** For a quick look, in which silence means that the server is away. */
  readonly look: <T>(work: (session: SqlSession) => Promise<T>) => Promise<T>;
};

export async function migrationDatabase(
  options: ParsedOptions,
  io: CommandIo,
): Promise<MigrationDatabase> {
  const config = commandConfig(options, io);
  const { databaseUrl } = config;
  return databaseUrl === undefined ? embedded(config) : external(targetOf(databaseUrl), config);
}

async function external(target: ExternalTarget, config: Config): Promise<MigrationDatabase> {
  const look = <T>(work: (session: SqlSession) => Promise<T>): Promise<T> =>
    toldBy(target.where, () => withReadSession(target, APPLICATION, work));
  const facts = await look(readServerFacts);
  refuseOldServer(target, facts);
  const sessions: Sessions = {
    look,
    read: (work) =>
      toldBy(target.where, () => withSqlSession(target, APPLICATION, work, LONG_READ_MS)),
    write: (work) =>
      toldBy(target.where, async () => {
        refuseReadOnlyServer(target, facts);
        await refuseTransactionPooler(target);
        return withSqlSession(target, APPLICATION, (open) => work(open, migrationRun(target)));
      }),
  };
  return {
    kind: 'external',
    target: serverWords(target, facts),
    name: target.where,
    exists: true,
    ...common(sessions, config),
  };
}

function embedded(config: Config): MigrationDatabase {
  const { stateDir, postgres } = config;
  const places = existingPlaces(stateDir);
  const exists = places !== null && clusterVersion(places.dataDir) !== null;
  const connected = async <T>(work: (connection: PgTarget) => Promise<T>): Promise<T> => {
    const running = findRunningPostgres(stateDir);
    if (running !== null) return work(running.connection);
    return started(stateDir, postgres, work);
  };
  const read = <T>(work: (session: SqlSession) => Promise<T>): Promise<T> =>
    connected((connection) => withSqlSession(connection, APPLICATION, work));
  const sessions: Sessions = {
    look: read,
    read,
    write: (work) =>
      connected((connection) =>
        withSqlSession(connection, APPLICATION, (open) => work(open, migrationRun(connection))),
      ),
  };
  const there = common(sessions, config);
  return {
    kind: 'embedded',
    target: `embedded PostgreSQL in ${places?.dataDir ?? stateDir}${exists ? '' : ', not made yet'}`,
    name: 'embedded/cdb',
    exists,
    ...there,
    list: () => (exists ? there.list() : Promise.resolve(migrationList(there.files, []))),
    isEmpty: () => (exists ? there.isEmpty() : Promise.resolve(true)),
  };
}

function common(sessions: Sessions, { postgres }: Config) {
  const files = loadMigrations();
  const { look, read, write } = sessions;
  return {
    files,
    clock: systemClock(),
    read,
    write,
    list: () => look(async (session) => migrationList(files, await schemaHistory(session))),
    drifted: () =>
      look(async (session) => {
        const findings = await compared(session, loadContracts());
        const fails = findings.filter(({ level }) => level === 'FAIL');
        return [...new Set(fails.map(({ table }) => table))];
      }),
    isEmpty: () => look(isEmptyDatabase),
    apply: (permit: 'any' | 'empty-only', more: ApplyMore = {}) =>
      write(async (session, run) => {
        const intoEmptyOnly = permit === 'empty-only' ? { intoEmptyOnly: true as const } : {};
        const versions = await ensureSchema(session, { ...run, ...more, ...intoEmptyOnly });
        return files.filter(({ version }) => versions.includes(version)).map(({ name }) => name);
      }),
    checkAfter: (names: readonly string[]) =>
      read(async (session) => {
        const mine = files.filter(({ name }) => names.includes(name));
        const toCome = pendingOf(stateOf(await schemaHistory(session), files));
        const checks = await verifyAfter(session, mine, loadContracts(), toCome);
        return [...checks, await rowsGrow(session, { clock: systemClock(), waitMs: ROWS_WAIT_MS })];
      }),
    shadow: async <T>(work: (session: SqlSession, run: MigrationRun) => Promise<T>) => {
      const directory = mkdtempSync(join(tmpdir(), 'cdb-shadow-'));
      // The server may run as another user, which has to pass through.
      chmodSync(directory, 0o711);
      try {
        return await started(directory, postgres, (connection) =>
          withSqlSession(connection, APPLICATION, (open) => work(open, migrationRun(connection))),
        );
      } finally {
        rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
      }
    },
  };
}

async function started<T>(
  stateDir: string,
  { binariesDir }: Config['postgres'],
  work: (connection: PgTarget) => Promise<T>,
): Promise<T> {
  const server = await openEmbeddedPostgres({
    stateDir,
    binariesDir,
    owner: APPLICATION,
    waitForLockMs: DATABASE_LOCK_WAIT_MS,
    clock: systemClock(),
  });
  try {
    return await work(server.connection);
  } finally {
    await server.stop();
  }
}

function migrationRun(target: PgTarget): MigrationRun {
  return {
    files: loadMigrations(),
    clock: systemClock(),
    cdbVersion: BUILD.version,
    waitForLockMs: LOCK_WAIT_MS,
    again: (work) => withSqlSession(target, APPLICATION, work),
  };
}
