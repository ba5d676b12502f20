import { spawn } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findRunningPostgres } from '../../../src/adapters/embedded/embedded-postgres.js';
import { identityOf, processesIn } from '../../../src/adapters/process-identity.js';
import { EmbeddedFixture, IS_ROOT, query, until } from './embedded-fixture.js';
import { buildEngineChild, spawnEngineChild } from './spawn-engine-child.js';

const fixture = new EmbeddedFixture();
let engine: { script: string; remove: () => void };
beforeAll(async () => {
  engine = await buildEngineChild();
});
afterAll(() => {
  engine.remove();
});
afterEach(() => fixture.end());

describe('an engine that is killed', () => {
  it.each([{ asNobody: false }, { asNobody: true }])(
    'leaves no server behind, and its rows are there for the next start %o',
    async ({ asNobody }) => {
      const parent = asNobody ? fixture.directoryOfNobody() : fixture.directory();
      const stateDir = join(parent, 'state');
      const child = await spawnEngineChild(engine.script, stateDir, { asNobody });
      await query(child.connection, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (1)');
      child.process.kill('SIGKILL');
      await child.ended;
      await until('the server ends', () => processesIn(child.where.dataDir).length === 0);
      expect(identityOf(child.serverPid)).toBeNull();

      const next = await spawnEngineChild(engine.script, stateDir, { asNobody });
      expect(await query(next.connection, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
      expect(statSync(`/proc/${next.serverPid}`).uid).not.toBe(0);
      await next.stop();
      expect(identityOf(next.serverPid)).toBeNull();
    },
  );

  it('and its guardian too: the next start stops the leftover, and loses nothing', async () => {
    const stateDir = fixture.directory();
    const child = await spawnEngineChild(engine.script, stateDir, { asNobody: false });
    await query(child.connection, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (2)');
    // Stopped first, so that the engine can neither act nor replace the guardian.
    child.process.kill('SIGSTOP');
    for (const pid of guardianPids(child.serverPid)) process.kill(pid, 'SIGKILL');
    child.process.kill('SIGKILL');
    await child.ended;
    expect(identityOf(child.serverPid)).not.toBeNull();

    const server = await fixture.open(stateDir);
    expect(server.where.leftover).toContain(String(child.serverPid));
    expect(identityOf(child.serverPid)).toBeNull();
    expect(await query(server.connection, 'SELECT n FROM kept')).toEqual([{ n: 2 }]);
  });
});

describe('a guardian that is killed', () => {
  it('is replaced while the engine lives', async () => {
    const server = await fixture.open(fixture.directory());
    const serverPid = server.pid() ?? 0;
    const [first = 0] = guardianPids(serverPid);
    process.kill(first, 'SIGKILL');
    await until('a new guardian watches', () => {
      const [now] = guardianPids(serverPid);
      return now !== undefined && now !== first;
    });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a server that is killed', () => {
  it('is reported, and restarts with all committed rows', async () => {
    const server = await fixture.open(fixture.directory());
    await query(server.connection, 'CREATE TABLE kept (n int)', 'INSERT INTO kept VALUES (3)');
    const exits: unknown[] = [];
    server.onExit((exit) => exits.push(exit));
    process.kill(server.pid() ?? 0, 'SIGKILL');
    await until('the exit is reported', () => exits.length > 0);
    expect(exits).toMatchObject([{ signal: 'SIGKILL', code: null }]);
    expect(server.pid()).toBeNull();

    await server.restart();
    expect(await query(server.connection, 'SELECT n FROM kept')).toEqual([{ n: 3 }]);
    await server.stop();
    expect(exits).toHaveLength(1);
  });
});

describe('a stale postmaster.pid', () => {
  it('neither blocks the start nor kills the foreign process that got its pid', async () => {
    const stateDir = fixture.directory();
    const first = await fixture.open(stateDir);
    const { dataDir } = first.where;
    const { uid, gid } = statSync(dataDir);
    await first.stop();
    const foreign = spawn('/bin/sh', ['-c', 'read -r line'], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      ...(IS_ROOT ? { uid, gid } : {}),
    });
    const pidFile = join(dataDir, 'postmaster.pid');
    const lines = [foreign.pid, dataDir, 1, 5432, first.where.socketDir, '', '', 'ready'];
    writeFileSync(pidFile, `${lines.join('\n')}\n`, { mode: 0o600 });
    if (IS_ROOT) chownSync(pidFile, uid, gid);

    const second = await fixture.open(stateDir);
    expect(await query(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(second.where.leftover).toBeNull();
    expect(identityOf(foreign.pid ?? 0)).not.toBeNull();
    foreign.stdin.end();
  });
});

describe('pg.lock', () => {
  it('refuses a second opener and names the first', async () => {
    const stateDir = fixture.directory();
    const first = await fixture.open(stateDir, { owner: 'cdb run' });
    await expect(fixture.open(stateDir)).rejects.toMatchObject({
      code: 'CDB-E0406',
      exit: 6,
      why: expect.stringContaining(`process ${process.pid} ("cdb run"`) as unknown,
    });
    expect(first.pid()).not.toBeNull();
  });

  it('is taken over by who waits, once the holder stops', async () => {
    const stateDir = fixture.directory();
    const first = await fixture.open(stateDir, { owner: 'cdb fills' });
    const second = fixture.open(stateDir, { owner: 'cdb run', waitForLockMs: 30_000 });
    await first.stop();
    expect((await second).pid()).not.toBeNull();
  });

  it('tells other commands how to reach the server, while it runs', async () => {
    const stateDir = fixture.directory();
    expect(findRunningPostgres(stateDir)).toBeNull();
    const server = await fixture.open(stateDir, { owner: 'cdb run' });
    const found = findRunningPostgres(stateDir);
    expect(found?.connection).toEqual(server.connection);
    expect(found?.holder).toContain('cdb run');
    await server.stop();
    expect(findRunningPostgres(stateDir)).toBeNull();
  });
});

function guardianPids(serverPid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => identityOf(pid) !== null && isGuardian(pid, serverPid));
}

function isGuardian(pid: number, serverPid: number): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return line.endsWith(`cdb-guardian\0${serverPid}\0`);
  } catch {
    return false; // It has just ended.
  }
}
