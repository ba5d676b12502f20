import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { databasePlace, type DatabaseAddress } from '../../config/database-url.js';
import { errnoOf } from '../../operator-error/errno.js';
import { certificateUnreadable } from './external-errors.js';
import type { PgTarget } from './pg-pool.js';

/** An external server and how people call it. */
export interface ExternalTarget extends PgTarget {
  /** `host:port/database`: no user, no password. */
  readonly where: string;
}

/** @throws OperatorError (exit 3) for a certificate that cannot be read */
export function externalTarget(address: DatabaseAddress): ExternalTarget {
  const { host, port, user, database, password, options } = address;
  return {
    host,
    port,
    user,
    database,
    password,
    options,
    ssl: tlsOptions(address),
    where: databasePlace(address),
  };
}

/**
 * `require` verifies what `verify-full` does: encryption with whoever answers protects from nobody
 * who can answer. `verify-ca` leaves out the name, and therefore needs a CA of one's own.
 */
function tlsOptions(address: DatabaseAddress): ConnectionOptions | undefined {
  const { tls, rootCertFile, certFile, keyFile } = address;
  if (tls === 'disable') return undefined;
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(rootCertFile !== undefined && { ca: certificate('sslrootcert', rootCertFile) }),
    ...(certFile !== undefined && { cert: certificate('sslcert', certFile) }),
    ...(keyFile !== undefined && { key: certificate('sslkey', keyFile) }),
    ...(tls === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

function certificate(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    throw certificateUnreadable(parameter, path, errnoOf(fault));
  }
}
