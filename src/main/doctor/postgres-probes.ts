import { readOnly } from '../../adapters/postgres/read-only.js';
import { sessionOf } from '../../adapters/postgres/sql-client.js';
import type { Probes } from '../../doctor/facts.js';
import type { PostgresFacts } from '../../doctor/postgres/facts.js';
import { absentProbe, type Probe } from '../../doctor/reading.js';
import type { Config } from '../../config/parse-config.js';
import type { PgPool } from '../../adapters/postgres/pg-pool.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { DependencyError, OperatorError } from '../../operator-error.js';
import { chainFacts } from './postgres/chain-facts.js';
import { driftFacts } from './postgres/drift-facts.js';
import { lookAtSchema, type SchemaLook } from './postgres/look-at-schema.js';
import { migrationFacts } from './postgres/migration-facts.js';
import { serverFacts } from './postgres/server-facts.js';
import { tableFacts } from './postgres/table-facts.js';
import { writtenRows } from './postgres/written-rows.js';
import type { DoctorDatabase } from './doctor-database.js';
import type { DoctorPlace } from './doctor-place.js';

export function postgresProbes({ config, database, clock }: DoctorPlace): Probes<PostgresFacts> {
  if (config === null || database === null) {
    const absent = absentProbe<never>('the configuration cannot be read');
    return {
      ...{ postgres: absent, tables: absent, database: absent, drift: absent },
      ...{ migrations: absent, written: absent, chains: absent },
    };
  }
  return configuredProbes(config, database, clock);
}

function configuredProbes(
  config: Config,
  database: DoctorDatabase,
  clock: Clock,
): Probes<PostgresFacts> {
  const fact = <T>(read: (pool: PgPool) => Promise<T>) => databaseProbe(database, clock, read);
  const { of, once } = schemaOnce(database, clock);
  const withSchema = <T>(read: (session: SqlSession, look: SchemaLook) => Promise<T>) =>
    fact(async (pool) => {
      const look = await once(pool);
      return readOnly(pool, of, (client) => read(sessionOf(client), look));
    });
  return {
    postgres: fact((pool) => serverFacts(pool, database.kind, clock)),
    database: fact(async (pool) => (await once(pool)).facts),
    tables: withSchema(tableFacts),
    drift: fact(async (pool) => driftFacts(pool, await once(pool))),
    migrations: withSchema(migrationFacts),
    written: withSchema((session, look) => writtenRows(session, look, config.doctor.windowMs)),
    chains: fact(async (pool) => chainFacts(pool, await once(pool), config)),
  };
}

/** Longer than any check-up, and shorter than an hour of a soak, which asks through the same probes. */
const LOOK_MS_MAX = 60_000;

/** One look at the catalog for one check-up, whoever asks first. */
function schemaOnce(database: DoctorDatabase, clock: Clock) {
  const of = `look at ${database.source}`;
  let last: { readonly atMs: number; readonly look: Promise<SchemaLook> } | undefined;
  const once = (pool: PgPool): Promise<SchemaLook> => {
    const atMs = clock.monotonicMs();
    if (last === undefined || atMs - last.atMs > LOOK_MS_MAX) {
      const look = readOnly(pool, of, (client) => lookAtSchema(sessionOf(client)));
      last = { atMs, look };
    }
    return last.look;
  };
  return { of, once };
}

function databaseProbe<T>(
  database: DoctorDatabase,
  clock: Clock,
  read: (pool: PgPool) => Promise<T>,
): Probe<T> {
  return {
    source: database.source,
    read: async () => {
      const value = await database.use(read).catch(toldInFull);
      if (value === null) return { absent: 'the first cdb run makes the database' };
      return { value, observedAtMs: clock.nowMs() };
    },
  };
}

/** What alone says nothing about the cause. */
function toldInFull(fault: unknown): never {
  if (!(fault instanceof OperatorError)) throw fault;
  throw new DependencyError(`${fault.what}: ${fault.why}`, {
    dependency: 'postgresql',
    retryable: false,
    cause: fault,
  });
}
