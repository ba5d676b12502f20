import { clusterVersion } from '../../adapters/embedded/create-cluster.js';
import { existingPlaces } from '../../adapters/embedded/pg-places.js';
import { ADAPTER_STATEMENTS } from '../../adapters/postgres/all-statements.js';
import { toldBy } from '../../adapters/postgres/external-errors.js';
import type { ExternalTarget } from '../../adapters/postgres/external-target.js';
import { PROBE } from '../../adapters/postgres/probe.js';
import { readServerFacts, refuseOldServer } from '../../adapters/postgres/server-facts.js';
import { withReadSession } from '../../adapters/postgres/sql-client.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { CodeStatements, SchemaDatabase } from '../../commands/drift/drift-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { Config } from '../../config/parse-config.js';
import { SCHEMA_STATEMENTS } from '../../schema/all-statements.js';
import { SCHEMA_SQL } from '../../schema/schema-statements.js';
import { serverWords, targetOf } from '../engine/external-database.js';
import { withOwnServer } from './own-database.js';

const NAME = 'cdb drift';

export const CODE_STATEMENTS: CodeStatements = {
  // The probe is made of others, which are all here themselves.
  all: [...ADAPTER_STATEMENTS, ...SCHEMA_STATEMENTS].filter((statement) => statement !== PROBE),
  // A start also reads the history, to refuse a schema that is behind.
  engine: [...ADAPTER_STATEMENTS, SCHEMA_SQL.history],
};

export async function schemaDatabase(
  options: ParsedOptions,
  io: CommandIo,
): Promise<SchemaDatabase> {
  const config = commandConfig(options, io);
  const { databaseUrl } = config;
  return databaseUrl === undefined ? embedded(config) : external(targetOf(databaseUrl));
}

async function external(target: ExternalTarget): Promise<SchemaDatabase> {
  const facts = await toldBy(target.where, () => withReadSession(target, NAME, readServerFacts));
  refuseOldServer(target, facts);
  return {
    kind: 'external',
    target: serverWords(target, facts),
    look: (work) => toldBy(target.where, () => withReadSession(target, NAME, work)),
  };
}

function embedded(config: Config): SchemaDatabase {
  const places = existingPlaces(config.stateDir);
  const exists = places !== null && clusterVersion(places.dataDir) !== null;
  return {
    kind: 'embedded',
    target: `embedded PostgreSQL in ${places?.dataDir ?? config.stateDir}${exists ? '' : ', not made yet'}`,
    look: async (work) => {
      if (!exists) return null;
      return withOwnServer(config, NAME, (connection) => withReadSession(connection, NAME, work));
    },
  };
}
