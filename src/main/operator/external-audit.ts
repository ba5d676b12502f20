import { postgresAuditReader } from '../../adapters/postgres/audit-reader.js';
import { NO_SCHEMA, toldBy } from '../../adapters/postgres/external-errors.js';
import { isOfStack, STACK_TABLES } from '../../adapters/postgres/stack-tables.js';
import { openPgPool, PG_LIMITS, type PgPool } from '../../adapters/postgres/pg-pool.js';
import { commandConfig } from '../../commands/command-config.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { SecretUrl } from '../../config/secrets.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import type { AuditReader } from '../../engine/ports/audit-reader.js';
import { OperatorError } from '../../operator-error.js';
import { targetOf } from '../engine/external-database.js';

/** Followers look twice a second and keep their connection; a command that is done leaves none. */
const READ_LIMITS = { ...PG_LIMITS, connectionsMax: 1, idleMs: 2_000 };

interface ExternalAudit {
  isConfigured(): boolean;
  read<T>(work: (reader: AuditReader) => Promise<T>): Promise<T>;
  use<T>(work: (pool: PgPool) => Promise<T>): Promise<T>;
}

/** Looks at the configuration when it is asked, connects when it has to read. */
export function externalAudit(options: ParsedOptions, io: CommandIo): ExternalAudit {
  let url: SecretUrl | null | undefined;
  let opened: ReturnType<typeof open> | undefined;
  const connected = () => {
    const secret = configured();
    assertInvariant(secret !== null, 'an external database is configured');
    return (opened ??= open(secret));
  };
  const configured = () => (url === undefined ? (url = configuredUrl(options, io)) : url);
  return {
    isConfigured: () => configured() !== null,
    read: (work) => {
      const { reader, where } = connected();
      return toldBy(where, async () => work(await reader()), NO_SCHEMA);
    },
    use: (work) => {
      const { pool, where } = connected();
      return toldBy(where, () => work(pool), NO_SCHEMA);
    },
  };
}

function open(url: SecretUrl) {
  const target = targetOf(url);
  const pool = openPgPool(target, 'cdb read', READ_LIMITS);
  let reader: AuditReader | undefined;
  return {
    pool,
    reader: async () => (reader ??= await readerOf(pool)),
    where: target.where,
  };
}

/** Also of a stack that cdb only watches. */
async function readerOf(pool: PgPool): Promise<AuditReader> {
  return (await isOfStack(pool))
    ? postgresAuditReader(pool, STACK_TABLES)
    : postgresAuditReader(pool);
}

/** A configuration that is broken hides no engine: whatever needs it says so later. */
function configuredUrl(options: ParsedOptions, io: CommandIo): SecretUrl | null {
  try {
    return commandConfig(options, io).databaseUrl ?? null;
  } catch (fault) {
    if (fault instanceof OperatorError) return null;
    throw fault;
  }
}
