import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unitComplaints } from './judge-unit.js';
import { readUnit } from './unit-file.js';

const UNIT = readFileSync(join(import.meta.dirname, '../../../deploy/systemd/cdb.service'), 'utf8');

const complaints = (text: string) => unitComplaints(readUnit(text));

function changed(from: string, to: string): string {
  expect(UNIT, `the unit has no "${from}" any more`).toContain(from);
  return UNIT.replace(from, to);
}

describe('cdb.service', () => {
  it('is what the engine relies on', () => {
    expect(complaints(UNIT)).toEqual([]);
  });

  it.each([
    ['ProtectHome=', 'ProtectHoem=', '[Service] ProtectHoem is not known there'],
    ['[Service]\n', '[Service]\nStartLimitBurst=9\n', '[Service] StartLimitBurst is not known'],
    ['Type=notify', 'Type=simple', 'Type must be notify'],
    ['NotifyAccess=all', 'NotifyAccess=main', 'NotifyAccess must be all'],
    ['KillMode=mixed', 'KillMode=control-group', 'KillMode must be mixed'],
    ['Restart=on-failure', 'Restart=always', 'Restart must be on-failure'],
    ['WatchdogSignal=SIGKILL', '#', 'WatchdogSignal must be SIGKILL'],
    ['NoNewPrivileges=yes', 'NoNewPrivileges=no', 'NoNewPrivileges must be yes'],
    ['ProtectSystem=strict', 'ProtectSystem=full', 'ProtectSystem must be strict'],
    ['StateDirectory=cdb', 'StateDirectory=cdb2', 'StateDirectory must be cdb'],
    ['LockPersonality=yes', 'MemoryDenyWriteExecute=yes', 'Node compiles while it runs'],
    ['LockPersonality=yes', 'ProtectProc=invisible', 'ProtectProc: a lock of another user'],
    ['cdb.js run', 'cdb.js rnu', "unknown command 'rnu'"],
    ['/usr/bin/node /opt', '/usr/bin/nodejs /opt', 'ExecStart is not /usr/bin/node'],
    ['CDB_STATE_DIR=/var/lib/cdb', 'CDB_STATE_DIR=/srv/cdb', 'StateDirectory is not its state'],
    ['WatchdogSec=30s', 'WatchdogSec=1s', 'WatchdogSec is no useful time'],
    ['WatchdogSec=30s', 'WatchdogSec=soon', 'WatchdogSec is no useful time'],
    ['TimeoutStopSec=60s', 'TimeoutStopSec=5s', 'TimeoutStopSec is too short'],
    ['StartLimitBurst=60', 'StartLimitBurst=600', 'StartLimitBurst is never reached'],
    ['ExitStatus=2 3', 'ExitStatus=2', 'a wrong command line or configuration'],
    ['ExitStatus=2 3', 'ExitStatus=2 3 4', 'a database that is away at the start'],
    ['SuccessExitStatus=130 143', '#', 'a stop would count as a failure'],
  ])('is refused with %j as %j', (from, to, words) => {
    expect(complaints(changed(from, to))).toContainEqual(expect.stringContaining(words));
  });

  it('has no line that systemd would not read', () => {
    expect(() => readUnit(changed('Type=notify', 'Type: notify'))).toThrow('no line of a unit');
    expect(() => readUnit(`Type=notify\n${UNIT}`)).toThrow('no line of a unit');
  });
});
