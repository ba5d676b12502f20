import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireEngineLock, lockedEngine } from '../../../src/adapters/files/engine-lock.js';
import { lockHolderOf } from '../../../src/adapters/files/lock-holder.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { EXIT } from '../../../src/operator-error.js';
import { childProgram, startChild } from './child-program.js';
import { temporaryDirectory } from './log-on-disk.js';

const USE = { socketPath: '/nowhere/cdb.sock', mode: 'paper' };
const RACERS = 5;
const ROUNDS = 4;
const clock = systemClock();

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, 'engine.lock');
});
afterEach(() => {
  directory.remove();
});

function writeHolder(change: Readonly<Record<string, unknown>>): void {
  writeFileSync(path, JSON.stringify({ ...lockHolderOf(USE, clock.nowMs()), ...change }));
}

describe('engine lock', () => {
  it('is held until it is released, and names its holder', async () => {
    const lock = await acquireEngineLock(path, USE, clock);
    expect(lock.isHeld()).toBe(true);
    expect(lockedEngine(path).holder()).toMatchObject({ pid: process.pid, ...USE });
    await expect(acquireEngineLock(path, USE, clock)).rejects.toMatchObject({
      code: 'CDB-E0202',
      exit: EXIT.CONFLICT,
      why: expect.stringMatching(`process ${process.pid} runs in mode paper since 20`),
    });
    lock.release();
    lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(lockedEngine(path).holder()).toBeNull();
    (await acquireEngineLock(path, USE, clock)).release();
    expect(readdirSync(directory.path)).toEqual([]);
  });

  const stale: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'whose process is gone': { pid: 2 ** 22 - 1 },
    'whose pid was given to another process': { startTime: '1' },
    'of another boot': { bootId: 'before' },
  };
  for (const [name, change] of Object.entries(stale)) {
    it(`takes over a lock ${name}, and leaves nothing behind`, async () => {
      writeHolder(change);
      expect(lockedEngine(path).holder()).toBeNull();
      const lock = await acquireEngineLock(path, USE, clock);
      expect(lock.isHeld()).toBe(true);
      expect(readdirSync(directory.path)).toEqual(['engine.lock']);
    });
  }

  it('refuses a lock that it cannot read, unless it is older than the boot', async () => {
    writeFileSync(path, 'pid 12');
    await expect(acquireEngineLock(path, USE, clock)).rejects.toMatchObject({ code: 'CDB-E0202' });
    expect(readFileSync(path, 'utf8')).toBe('pid 12');
    utimesSync(path, 1, 1);
    (await acquireEngineLock(path, USE, clock)).release();
  });

  it('yields to a live holder whose lock was pushed aside by another starter', async () => {
    const first = await acquireEngineLock(path, USE, clock);
    writeFileSync(`${path}.aside.stale`, readFileSync(path));
    rmSync(path);
    expect(first.isHeld()).toBe(true);
    await expect(acquireEngineLock(path, USE, clock)).rejects.toMatchObject({ code: 'CDB-E0202' });
    expect(first.isHeld()).toBe(true);
    expect(lockedEngine(path).holder()?.pid).toBe(process.pid);
  });

  it('judges a holder in another container by its socket', async () => {
    const socketPath = join(directory.path, 'cdb.sock');
    const server = createServer().listen(socketPath);
    await once(server, 'listening');
    const foreign = { pidNamespace: 'pid:[1]', startedAtMs: 1, socketPath };
    writeHolder(foreign);
    await expect(acquireEngineLock(path, USE, clock)).rejects.toMatchObject({ code: 'CDB-E0202' });
    const holder = lockedEngine(path).holder();
    expect(holder?.socketPath).toBe(socketPath);
    expect(() => holder && lockedEngine(path).signal(holder, 'SIGTERM')).toThrow('container');
    server.close();
    await once(server, 'close');
    (await acquireEngineLock(path, USE, clock)).release();
  });

  it('signals only the process that holds it', async () => {
    const lock = await acquireEngineLock(path, USE, clock);
    const other = { ...lock.holder, startedAtMs: 1 };
    expect(lockedEngine(path).signal(other, 'SIGKILL')).toBe(false);
    lock.release();
    expect(lockedEngine(path).signal(lock.holder, 'SIGKILL')).toBe(false);
  });

  it('goes to exactly one of several that start at once, over a stale lock too', async () => {
    const program = childProgram(
      directory.path,
      `import { acquireEngineLock } from './src/adapters/files/engine-lock.js';
       import { systemClock } from './src/adapters/system-clock.js';
       console.log('ready');
       process.stdin.once('data', async () => {
         const use = { socketPath: '', mode: 'paper' };
         const word = await acquireEngineLock(process.argv[2], use, systemClock()).then(
           () => 'held', (fault) => fault.code);
         console.log(word);
       });
       process.stdin.once('end', () => process.exit());`,
    );
    for (let round = 0; round < ROUNDS; round += 1) {
      writeHolder({ startTime: '1' });
      const racers = Array.from({ length: RACERS }, () => startChild(program, [path]));
      try {
        await Promise.all(racers.map((racer) => once(racer.stdout, 'data')));
        const words = racers.map((racer) => once(racer.stdout, 'data'));
        for (const racer of racers) racer.stdin.write('go\n');
        const results = (await Promise.all(words)).map(([part]) => String(part).trim());
        expect(results.sort()).toEqual([...Array(RACERS - 1).fill('CDB-E0202'), 'held']);
      } finally {
        const ends = racers.map((racer) => once(racer, 'close'));
        for (const racer of racers) racer.stdin.end();
        await Promise.all(ends);
      }
      expect(lockedEngine(path).holder()).toBeNull();
    }
  });
});
