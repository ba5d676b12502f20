import {
  DependencyError,
  EXIT,
  OperatorError,
  type OperatorErrorFields,
} from '../../operator-error.js';

const PAGE = 'docs/database.md';

export function certificateUnreadable(
  parameter: string,
  path: string,
  errno: string,
): OperatorError {
  return new OperatorError({
    code: 'CDB-E0422',
    what: `Cannot read the certificate that the URL of the database names: "${path}"`,
    why: `${parameter}: ${errno === 'ENOENT' ? 'there is no such file' : errno || 'it is no file'}`,
    todo: `correct ${parameter} in the URL, or the rights of the file`,
    exit: EXIT.CONFIG,
  });
}

export function serverTooOld(where: string, version: string, needed: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0423',
    what: `Cannot use the database ${where}: required PostgreSQL ${needed} or newer, it is ${version}`,
    why: 'older servers lack what the audit trail uses, and get no fixes any more',
    todo: 'name a newer server; nothing was changed',
    exit: EXIT.CONFLICT,
  });
}

export function serverReadsOnly(where: string, isStandby: boolean): OperatorError {
  return new OperatorError({
    code: 'CDB-E0424',
    what: `Cannot write to the database ${where}: it is read-only`,
    why: isStandby
      ? 'it is a standby, which follows another server'
      : 'default_transaction_read_only is on for this server, database or role',
    todo: isStandby
      ? 'name the primary in the URL, or promote this one'
      : `use the role that may write (${PAGE}); cdb fills and cdb blocks need none`,
    exit: EXIT.CONFLICT,
  });
}

export function behindPooler(where: string, how: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0418',
    what: `Cannot migrate ${where} through a pooler of transactions`,
    why: `${how}; a lock that belongs to a session would not hold there`,
    todo: 'name the server itself in the URL, or a port of the pooler that pools sessions; nothing was changed',
    exit: EXIT.CONFLICT,
  });
}

interface KnownFault {
  readonly test: RegExp;
  readonly fault: (where: string) => Omit<OperatorErrorFields, 'why' | 'cause'>;
}

/** For whoever only reads: a table that is not there is a migration that was not applied. */
export const NO_SCHEMA: KnownFault = {
  test: /^(?:42P01|42703)$/,
  fault: (where) => ({
    code: 'CDB-E0428',
    what: `The database ${where} has not the schema of this build`,
    todo: 'cdb migrate status',
    exit: EXIT.CONFLICT,
  }),
};

/** SQLSTATE (or its class), or the code of the network or TLS, to what an operator can do. */
const FAULTS: readonly KnownFault[] = [
  {
    test: /^(?:28...|3D000)$/,
    fault: (where) => ({
      code: 'CDB-E0421',
      what: `The database ${where} refuses the login`,
      todo: `correct user, password and database of the URL, or pg_hba.conf of the server (${PAGE})`,
      exit: EXIT.CONFIG,
    }),
  },
  {
    test: /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|NO_TLS)/,
    fault: (where) => ({
      code: 'CDB-E0422',
      what: `No protected connection to the database ${where}`,
      todo: `name its CA with sslrootcert, or the name that is in its certificate as host (${PAGE})`,
      exit: EXIT.CONFIG,
    }),
  },
  {
    test: /^25006$/,
    fault: (where) => ({
      code: 'CDB-E0424',
      what: `Cannot write to the database ${where}: it is read-only`,
      todo: 'name the primary in the URL, with the role that may write',
      exit: EXIT.CONFLICT,
    }),
  },
  {
    test: /^(?:53100|58030)$/,
    fault: (where) => ({
      code: 'CDB-E0425',
      what: `The database ${where} cannot write to its disk`,
      todo: 'free some space there; nothing that was committed is lost',
      exit: EXIT.UNREACHABLE,
    }),
  },
  {
    test: /^42501$/,
    fault: (where) => ({
      code: 'CDB-E0426',
      what: `The role lacks a right in the database ${where}`,
      todo: `grant it as its owner; ${PAGE} has the statements for every role`,
      exit: EXIT.CONFIG,
    }),
  },
  {
    test: /^08P01$/,
    fault: (where) => ({
      code: 'CDB-E0427',
      what: `What answers at ${where} takes no settings of a session (a pooler?)`,
      todo: `name the server itself in the URL (${PAGE})`,
      exit: EXIT.CONFLICT,
    }),
  },
  {
    test: /^(?:08...|53...|57...|E[A-Z]+|AWAY)$/,
    fault: (where) => ({
      code: 'CDB-E0420',
      what: `Cannot reach the database ${where}`,
      todo: 'check that it runs and that host and port of the URL are right, then start again',
      exit: EXIT.UNREACHABLE,
    }),
  },
];

/** Runs `work`; what the place, the rights or the state of the server did to it gets its own words. */
export async function toldBy<T>(
  where: string,
  work: () => Promise<T>,
  ...more: readonly KnownFault[]
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw externalFault(where, error, more) ?? error;
  }
}

/** @returns undefined for what is no fault of that kind */
function externalFault(
  where: string,
  error: unknown,
  more: readonly KnownFault[],
): OperatorError | undefined {
  if (!(error instanceof DependencyError)) return undefined;
  const code = codeOf(error);
  const known = [...FAULTS, ...more].find(({ test }) => test.test(code));
  return known && new OperatorError({ ...known.fault(where), why: error.message, cause: error });
}

/** The driver names an attempt that took too long and a server without TLS by text only. */
function codeOf({ message, cause }: DependencyError): string {
  if (cause instanceof DependencyError) return codeOf(cause);
  if (!(cause instanceof Error)) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return message.includes('does not support SSL') ? 'NO_TLS' : 'AWAY';
}
