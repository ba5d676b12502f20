import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unitComplaints, watchdogComplaints } from './judge-unit.js';
import { readUnit } from './unit-file.js';

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../deploy/systemd', name), 'utf8');
const UNIT = read('cdb.service');
const WATCHDOG = read('cdb-watchdog.service');

const complaints = (text: string) => unitComplaints(readUnit(text));

function changed(from: string, to: string, unit = UNIT): string {
  expect(unit, `the unit has no "${from}" any more`).toContain(from);
  return unit.replace(from, to);
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

describe('cdb-watchdog.service', () => {
  const judge = (text: string) => watchdogComplaints(readUnit(text));

  it('is there for good, and does not depend on what it watches', () => {
    expect(judge(WATCHDOG)).toEqual([]);
  });

  it('has the state directory and the user of the engine', () => {
    for (const name of ['User', 'StateDirectory', 'Environment', 'ProtectSystem']) {
      const value = (unit: string) => readUnit(unit).find((line) => line.name === name)?.value;
      expect(value(WATCHDOG), name).toBe(value(UNIT));
    }
  });

  it.each([
    ['Restart=always', 'Restart=on-failure', 'Restart must be always'],
    ['Type=exec', 'Type=notify', 'Type must be exec'],
    ['IntervalSec=0', 'IntervalSec=1h', 'StartLimitIntervalSec must be 0'],
    ['RestartSec=1s', 'RestartSec=1min', 'RestartSec is a long time'],
    ['cdb.js watchdog', 'cdb.js watchdgo', "unknown command 'watchdgo'"],
    ['cdb.js watchdog', 'cdb.js run', 'ExecStart is no watchdog'],
    ['[Service]', 'PartOf=cdb.service\n[Service]', 'it depends on what it watches'],
    ['After=network', 'After=cdb.service network', 'it depends on what it watches'],
    ['CPUWeight', 'CPUWieght', 'CPUWieght is not known there'],
    ['LockPersonality=yes', 'ProtectProc=invisible', 'ProtectProc: a lock of another user'],
    ['User=cdb', 'User=root', 'User must be cdb'],
    ['ExitStatus=2 3', 'ExitStatus=2', 'a wrong command line or configuration'],
    ['SuccessExitStatus=130 143', '#', 'a stop would count as a failure'],
  ])('is refused with %j as %j', (from, to, words) => {
    expect(judge(changed(from, to, WATCHDOG))).toContainEqual(expect.stringContaining(words));
  });
});
