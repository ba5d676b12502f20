/** How the connection is protected; the words of `sslmode`. */
export type DatabaseTls = 'disable' | 'require' | 'verify-ca' | 'verify-full';

/** What a URL of PostgreSQL says, and nothing that anybody else assumes besides. */
export interface DatabaseAddress {
  /** A name, an address, or the directory of a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Undefined: none was given. */
  readonly password: string | undefined;
  readonly tls: DatabaseTls;
  readonly rootCertFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Settings of the session, e.g. `-c search_path=cdb`. */
  readonly options: string | undefined;
}

type ReadDatabaseUrl =
  | { readonly ok: true; readonly address: DatabaseAddress }
  /** Completes "required …"; quotes nothing that may be a secret. */
  | { readonly ok: false; readonly required: string };

const PORT_DEFAULT = 5432;
const TLS_MODES: readonly DatabaseTls[] = ['disable', 'require', 'verify-ca', 'verify-full'];
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host', 'options'] as const;

/**
 * Reads a URL strictly, because the driver's own reading is generous: it passes over parameters that
 * it does not know, lets `sslmode=no-verify`, `ssl=0` and `uselibpqcompat` weaken what stands beside
 * them, and fills gaps from the environment.
 */
export function readDatabaseUrl(text: string): ReadDatabaseUrl {
  try {
    return { ok: true, address: addressOf(new URL(text)) };
  } catch (fault) {
    if (fault instanceof WrongUrl) return { ok: false, required: fault.required };
    return { ok: false, required: 'a URL such as postgres://USER@HOST:5432/DATABASE' };
  }
}

/** `host:port/database`: what people call it by, without user and password. */
export function databasePlace({ host, port, database }: DatabaseAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

class WrongUrl extends Error {
  override readonly name = 'WrongUrl';
  readonly required: string;

  constructor(required: string) {
    super(required);
    this.required = required;
  }
}

function addressOf(url: URL): DatabaseAddress {
  const parameters = parametersOf(url);
  const host = parameters.get('host') ?? hostOf(url);
  const user = decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1));
  if (host === '') throw new WrongUrl('a host in the URL');
  if (host.includes(',')) throw new WrongUrl('one host in the URL, the one that can be written to');
  if (parameters.has('host') && !host.startsWith('/')) {
    throw new WrongUrl('a directory as host=, for a unix socket; a name stands before the port');
  }
  if (user === '') throw new WrongUrl('a user in the URL');
  if (database === '' || database.includes('/')) throw new WrongUrl('a database in the URL');
  const address = {
    host,
    port: url.port === '' ? PORT_DEFAULT : Number(url.port),
    user,
    database,
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    tls: tlsOf(parameters),
    rootCertFile: parameters.get('sslrootcert'),
    certFile: parameters.get('sslcert'),
    keyFile: parameters.get('sslkey'),
    options: parameters.get('options'),
  };
  refuseIdleCertificates(address);
  return address;
}

function hostOf({ hostname }: URL): string {
  return decodeURIComponent(hostname).replace(/^\[(.+)\]$/, '$1');
}

function parametersOf(url: URL): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!PARAMETERS.some((known) => known === name)) {
      throw new WrongUrl(`of the parameters of the URL only ${PARAMETERS.join(', ')}`);
    }
    if (found.has(name)) throw new WrongUrl(`${name} once in the URL`);
    if (value === '') throw new WrongUrl(`a value for ${name} in the URL`);
    found.set(name, value);
  }
  return found;
}

/** Without a word there is no TLS. `allow` and `prefer` end in plain text when somebody wants it. */
function tlsOf(parameters: ReadonlyMap<string, string>): DatabaseTls {
  const given = parameters.get('sslmode') ?? 'disable';
  const mode = TLS_MODES.find((known) => known === given);
  if (mode === undefined) {
    throw new WrongUrl(
      `sslmode ${TLS_MODES.join(', ')} (others protect only while nobody attacks)`,
    );
  }
  return mode;
}

function refuseIdleCertificates(address: DatabaseAddress): void {
  const { tls, rootCertFile, certFile, keyFile, host } = address;
  const files = [rootCertFile, certFile, keyFile].some((file) => file !== undefined);
  if (tls === 'disable' && files) throw new WrongUrl('sslmode in a URL that names certificates');
  if (tls !== 'disable' && host.startsWith('/')) {
    throw new WrongUrl('no sslmode for a unix socket: it leaves no machine and has no TLS');
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new WrongUrl('sslcert and sslkey together in the URL');
  }
  if (tls === 'verify-ca' && rootCertFile === undefined) {
    throw new WrongUrl(
      'sslrootcert with sslmode=verify-ca: of a public CA anybody gets a certificate',
    );
  }
}
