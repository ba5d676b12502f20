import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemdSupervisor } from '../../../src/adapters/systemd-notify.js';
import type { SignOfLife, Supervisor } from '../../../src/engine/ports/supervisor.js';
import { fakeNotify, fakeSocket, type FakeNotify } from '../../fakes/fake-systemd-notify.js';

let path: string;
let troubles: string[];
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'cdb-notify-'));
  troubles = [];
});
afterEach(() => {
  rmSync(path, { recursive: true, force: true });
});

function supervisor(env: Readonly<Record<string, string>>): Supervisor | null {
  return systemdSupervisor({ env, pid: 4711, onTrouble: (text) => troubles.push(text) });
}

function under(fake: FakeNotify | null, more: Readonly<Record<string, string>> = {}): Supervisor {
  const PATH = fake === null ? path : `${fake.directory}:/usr/bin:/bin`;
  const found = supervisor({ PATH, NOTIFY_SOCKET: fakeSocket(path), ...more });
  if (found === null) throw new Error('systemd was not seen');
  return found;
}

describe('systemd as the supervisor', () => {
  it('is none without a socket', () => {
    expect(supervisor({ WATCHDOG_USEC: '30000000' })).toBeNull();
    expect(supervisor({ NOTIFY_SOCKET: '' })).toBeNull();
  });

  it.each([
    ['30000000', '4711', 30_000],
    ['30000000', '', 30_000],
    ['30000000', '4712', null],
    ['', '', null],
    ['0', '', null],
    ['1e9', '', null],
    ['-1', '', null],
  ])('with WATCHDOG_USEC=%j and WATCHDOG_PID=%j waits %s ms', (WATCHDOG_USEC, pid, ms) => {
    const env = { NOTIFY_SOCKET: '/x', WATCHDOG_USEC, WATCHDOG_PID: pid };
    expect(supervisor(env)?.aliveWithinMs).toBe(ms);
  });

  it('is told in its own words, with nothing else of our environment', async () => {
    const fake = fakeNotify(path, 'env >> "$NOTIFY_SOCKET.told"');
    const told = under(fake, { CDB_DATABASE_URL: 'postgresql://u:geheim@h/d' });
    for (const sign of ['READY', 'ALIVE', 'STOPPING'] satisfies SignOfLife[]) {
      expect(await told.tell(sign)).toBe(true);
    }
    const said = fake.said();
    expect(said.filter((line) => /^[A-Z]+=1$/.test(line))).toEqual([
      'READY=1',
      'WATCHDOG=1',
      'STOPPING=1',
    ]);
    expect(said.join('\n')).not.toContain('geheim');
    expect(troubles).toEqual([]);
  });

  it('is not told, and no more, where the program is missing', async () => {
    const told = under(null);
    expect(await told.tell('READY')).toBe(false);
    expect(await told.tell('ALIVE')).toBe(false);
    expect(troubles).toEqual([
      'systemd does not hear of this engine: there is no program systemd-notify',
    ]);
  });

  it('is not told where the program fails, and its own words say why', async () => {
    const told = under(fakeNotify(path, 'echo "no such socket" >&2; exit 1'));
    expect(await told.tell('READY')).toBe(false);
    expect(troubles).toEqual([
      'systemd does not hear of this engine: systemd-notify failed: no such socket',
    ]);
  });

  it('does not wait for a program that hangs', async () => {
    const told = under(fakeNotify(path, 'exec sleep 60'));
    expect(await told.tell('ALIVE')).toBe(false);
    expect(troubles[0]).toContain('did not end within');
  });
});
