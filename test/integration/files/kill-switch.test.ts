import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineClient } from '../../../src/adapters/control-socket/engine-client.js';
import { acquireEngineLock, lockedEngine } from '../../../src/adapters/files/engine-lock.js';
import { ledgerFiles } from '../../../src/adapters/files/ledger-files.js';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import {
  createStateRoot,
  isEmptyState,
  stateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { hostMs, systemClock } from '../../../src/adapters/system-clock.js';
import type { KillSwitchServices } from '../../../src/commands/kill-switch/kill-switch-ports.js';
import { run as engage } from '../../../src/commands/kill-switch/engage.js';
import { run as release } from '../../../src/commands/kill-switch/release.js';
import { run as status } from '../../../src/commands/kill-switch/status.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { temporaryDirectory } from './log-on-disk.js';
import { smallDisk } from './small-disk.js';

const services: KillSwitchServices = {
  killSwitch: (stateDir) => {
    const state = stateDirectory(stateDir);
    const engine = lockedEngine(state.engineLock);
    return Promise.resolve({
      places: [latchPlace(state.control)],
      ledger: ledgerFiles(state.ledger),
      engine,
      client: engineClient(engine),
      clock: systemClock(),
      unacknowledgedAlarm: () => null,
      newestReport: () => null,
      hostMs,
      isStateEmpty: () => isEmptyState(state),
      createStateDir: () => {
        createStateRoot(state);
      },
    });
  },
  sharedPlaces: () => Promise.resolve({ places: [], notes: [] }),
};
const RELEASE = { operator: 'bob', justification: 'checked', confirm: 'shadow/kill-switch' };

let directory: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  directory.remove();
});

async function call(
  command: typeof engage,
  stateDir: string,
  values: Readonly<Record<string, string>> = {},
) {
  const io = fakeCommandIo({ env: { CDB_STATE_DIR: stateDir } });
  const exit = await command(new ParsedOptions(values), io, services);
  return { exit, out: io.out.join('') };
}

async function level(stateDir: string): Promise<string> {
  return (await call(status, stateDir)).out.split(' ')[0] ?? '';
}

describe('kill switch on files', () => {
  it('engages where nothing ever ran; the halt waits there for the first start', async () => {
    const stateDir = join(directory.path, 'deep', 'state');
    const engaged = await call(engage, stateDir);
    expect(engaged.exit).toBe(0);
    expect(engaged.out).toMatch(/^NOTE: nothing ever ran here/);
    expect(engaged.out).toContain(
      `state dir    ${stateDir}\nwritten: latch file OK, ledger entry 1\n`,
    );
    expect(await level(stateDir)).toBe('HALTED');
    expect(isEmptyState(stateDirectory(stateDir))).toBe(false);
    await call(release, stateDir, RELEASE);
    expect(await level(stateDir)).toBe('TRADING');
    expect(readdirSync(stateDir).sort()).toEqual(['control.json', 'control.reserve', 'ledger']);
  });

  it('stays halted when the latch is removed or spoiled afterwards', async () => {
    const stateDir = directory.path;
    const { control } = stateDirectory(stateDir);
    await call(engage, stateDir);
    await call(release, stateDir, RELEASE);
    rmSync(control);
    expect(await level(stateDir)).toBe('HALTED');
    writeFileSync(control, 'state=inactive\n');
    expect(await level(stateDir)).toBe('HALTED');
    const { exit, out } = await call(release, stateDir, RELEASE);
    expect([exit, /epoch \d{10} /.test(out)]).toEqual([0, true]);
  });

  it('gets the word of a running engine, and says when it does not answer', async () => {
    const stateDir = directory.path;
    const socketPath = join(stateDir, 'cdb.sock');
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on('data', (part: Buffer) => bodies.push(part.toString()));
      request.on('end', () => response.end('{"level":"HALTED"}'));
    }).listen(socketPath);
    await once(server, 'listening');
    const use = { socketPath, mode: 'paper' };
    const lock = await acquireEngineLock(stateDirectory(stateDir).engineLock, use, systemClock());
    const { exit, out } = await call(engage, stateDir, { message: 'spread gap' });
    expect(exit).toBe(0);
    expect(out).toMatch(new RegExp(`engine {7}ack {3}\\d+ ms {3}pid ${process.pid}\n`));
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ intent: 'engage', epoch: 1 });
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    const partial = await call(engage, stateDir);
    expect(partial.exit).toBe(4);
    expect(partial.out).toMatch(new RegExp(`^PARTIAL: engine \\(pid ${process.pid}\\) not conf`));
    expect(partial.out).toContain('written: latch file OK, ledger entry');
    lock.release();
  });

  it('engages on a full disk', async () => {
    const disk = smallDisk();
    if (disk === null) {
      // Without the right to mount: what the full-disk tests of the latch show must do.
      expect(process.getuid?.()).not.toBe(0);
      return;
    }
    try {
      disk.fill();
      const { exit, out } = await call(engage, disk.path);
      expect(exit).toBe(0);
      expect(out).toContain('written: latch file OK by marker after record: ENOSPC, ledger FAILED');
      expect(await level(disk.path)).toBe('HALTED');
    } finally {
      disk.remove();
    }
  });
});
