import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { npmNativeDir } from '../../../src/adapters/embedded/npm-binaries.js';
import { identityOf } from '../../../src/adapters/process-identity.js';
import { OperatorError } from '../../../src/operator-error.js';
import { EmbeddedFixture, IS_ROOT, query } from './embedded-fixture.js';

const fixture = new EmbeddedFixture();
afterEach(() => fixture.end());

async function failure(action: Promise<unknown>): Promise<OperatorError> {
  const error: unknown = await action.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperatorError);
  return error as OperatorError;
}

describe('openEmbeddedPostgres', () => {
  it('makes a database, serves it on a private socket, and keeps rows over a restart', async () => {
    const stateDir = join(fixture.directory(), 'state');
    const first = await fixture.open(stateDir);
    expect(first.where).toMatchObject({ created: true, moved: null, leftover: null });
    expect(first.where.words).toContain(`PostgreSQL ${first.serverVersion}`);
    await query(first.connection, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (1)');
    const settings = `SELECT current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS sync, current_setting('listen_addresses') AS listen,
      current_setting('server_encoding') AS encoding, current_setting('data_checksums') AS sums`;
    expect(await query(first.connection, settings)).toEqual([
      { fsync: 'on', sync: 'on', listen: '', encoding: 'UTF8', sums: 'on' },
    ]);
    await first.stop();
    expect(first.pid()).toBeNull();

    const second = await fixture.open(stateDir);
    expect(second.where.created).toBe(false);
    expect(await query(second.connection, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('never runs the server as root, and keeps data and socket to its user', async () => {
    const server = await fixture.open(fixture.directory());
    const serverUid = statSync(`/proc/${server.pid() ?? 0}`).uid;
    expect(serverUid).not.toBe(0);
    for (const path of [server.where.dataDir, server.where.socketDir]) {
      expect(statSync(path).uid).toBe(serverUid);
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
    expect(server.where.user === null).toBe(!IS_ROOT);
  });

  it('leaves no process behind after stop, the guardian included', async () => {
    const server = await fixture.open(fixture.directory());
    const pid = server.pid() ?? 0;
    await server.stop();
    expect(identityOf(pid)).toBeNull();
    expect(guardiansOf(pid)).toEqual([]);
  });

  it('redoes an initdb that was interrupted', async () => {
    const stateDir = fixture.directory();
    const unfinished = join(stateDir, 'pg.new-0123456789ab');
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');
    const server = await fixture.open(stateDir);
    expect(server.where.created).toBe(true);
    expect(readdirSync(stateDir).filter((name) => name.startsWith('pg.new-'))).toEqual([]);
  });

  it('refuses a directory that is no database, and touches nothing in it', async () => {
    const stateDir = fixture.directory();
    const precious = join(stateDir, 'pg', 'thesis.txt');
    mkdirSync(join(stateDir, 'pg'));
    if (IS_ROOT) chmodSync(join(stateDir, 'pg'), 0o755);
    writeFileSync(precious, 'mine');
    const error = await failure(fixture.open(stateDir));
    expect(error.code).toBe('CDB-E0404');
    expect(readFileSync(precious, 'utf8')).toBe('mine');
  });

  it('uses a short socket directory where the path would be cut off', async () => {
    const stateDir = join(fixture.directory(), 'd'.repeat(60), 'e'.repeat(40));
    const server = await fixture.open(stateDir);
    expect(server.where.dataDir.startsWith(stateDir)).toBe(true);
    expect(server.where.socketDir.length).toBeLessThan(90);
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    rmSync(server.where.socketDir, { recursive: true, force: true });
  });

  it('says which versions there are when none can open the data', async () => {
    const stateDir = fixture.directory();
    const server = await fixture.open(stateDir);
    await server.stop();
    writeFileSync(join(server.where.dataDir, 'PG_VERSION'), '9\n');
    const error = await failure(fixture.open(stateDir));
    expect(error).toMatchObject({ code: 'CDB-E0403', exit: 6 });
    expect(`${error.what} ${error.why}`).toMatch(/made by PostgreSQL 9.*18\.4/);
  });

  it('says what is missing when there are no programs', async () => {
    const overrides = { nativeDir: null, systemDirs: [] };
    const none = await failure(fixture.open(fixture.directory(), { overrides }));
    expect(none).toMatchObject({ code: 'CDB-E0401', why: 'npm package: not installed' });
    const wrong = await failure(fixture.open(fixture.directory(), { binariesDir: '/no/such/dir' }));
    expect(wrong.why).toContain('/no/such/dir');
  });

  it('says what to do when the state directory cannot be made', async () => {
    const file = join(fixture.directory(), 'file');
    writeFileSync(file, '');
    const error = await failure(fixture.open(join(file, 'state')));
    expect(error.code).toBe('CDB-E0404');
    expect(error.todo).toContain('--state-dir');
  });
});

describe('openEmbeddedPostgres with programs from npm', () => {
  const native = npmNativeDir() ?? '';

  it('makes the library links that the package lacks', async () => {
    const copy = join(fixture.directory(), 'package', 'native');
    copyPackage(native, copy);
    const server = await fixture.open(fixture.directory(), {
      overrides: { nativeDir: copy, systemDirs: [] },
    });
    expect(server.where.binDir).toBe(join(copy, 'bin'));
    expect(readlinkSync(join(copy, 'lib', 'libpq.so.5'))).toMatch(/^libpq\.so\.5\.\d+$/);
  });

  it('copies programs that the server cannot reach or that are read-only', async () => {
    const hidden = fixture.directory();
    const copy = join(hidden, 'package', 'native');
    copyPackage(native, copy);
    // Root writes anywhere, so for root the package is out of the server's reach instead.
    if (IS_ROOT) chmodSync(hidden, 0o700);
    else chmodSync(join(copy, 'lib'), 0o500);
    const stateDir = fixture.directory();
    const options = { overrides: { nativeDir: copy, systemDirs: [] } };
    const server = await fixture.open(stateDir, options);
    expect(server.where.binDir.startsWith(stateDir)).toBe(true);
    await server.stop();
    const again = await fixture.open(stateDir, options);
    expect(again.where.binDir).toBe(server.where.binDir);
    chmodSync(join(copy, 'lib'), 0o700);
  });
});

describe('openEmbeddedPostgres inside a private directory', () => {
  it('keeps the data where the server can reach them, and finds them again', async () => {
    const home = fixture.directory();
    const root = join(fixture.directory(), 'replacement');
    chmodSync(home, 0o700);
    const stateDir = join(home, 'project', '.cdb');
    const options = { overrides: { replacementRoots: [root] } };
    const server = await fixture.open(stateDir, options);
    await query(server.connection, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (7)');
    await server.stop();
    // Only a server under another user is kept out by a private directory.
    expect(server.where.dataDir.startsWith(IS_ROOT ? root : stateDir)).toBe(true);
    expect(server.where.moved === null).toBe(!IS_ROOT);
    expect(existsSync(join(stateDir, 'logs', 'postgres.log'))).toBe(true);

    const again = await fixture.open(stateDir, options);
    expect(await query(again.connection, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    expect(again.where.moved).toBe(server.where.moved);
  });
});

function guardiansOf(serverPid: number): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && identityOf(Number(name)) !== null)
    .map((name) => commandLine(name))
    .filter((line) => line.endsWith(`cdb-guardian\0${serverPid}\0`));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It has just ended.
  }
}

/** The package as npm 11 leaves it: without its links. */
function copyPackage(from: string, to: string): void {
  cpSync(join(from, '..', 'package.json'), join(to, '..', 'package.json'));
  cpSync(from, to, {
    recursive: true,
    filter: (path) => !lstatSync(path).isSymbolicLink() && !path.endsWith('.a'),
  });
}
