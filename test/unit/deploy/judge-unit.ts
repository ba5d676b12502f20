import { EXIT } from '../../../src/operator-error.js';
import { complaint } from '../documented-commands/judge.js';
import { seconds, type UnitLine } from './unit-file.js';

const INSTALLED = '/usr/bin/node /opt/cdb/bin/cdb.js';

/** The directives that we use, in the section where systemd reads them; elsewhere it ignores them. */
const KNOWN: Readonly<Record<string, string>> = {
  Unit: 'Description Documentation Wants After StartLimitIntervalSec StartLimitBurst',
  Service:
    'Type NotifyAccess User Group WorkingDirectory Environment EnvironmentFile ExecStart WatchdogSec ' +
    'WatchdogSignal Restart RestartSec RestartPreventExitStatus SuccessExitStatus TimeoutStartSec ' +
    'KillSignal KillMode TimeoutStopSec OOMPolicy StateDirectory StateDirectoryMode ' +
    'ConfigurationDirectory UMask LimitNOFILE LimitCORE NoNewPrivileges CapabilityBoundingSet ' +
    'AmbientCapabilities ProtectSystem ProtectHome PrivateTmp PrivateDevices ProtectHostname ' +
    'ProtectClock ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ' +
    'ProtectControlGroups RestrictAddressFamilies RestrictNamespaces RestrictRealtime ' +
    'RestrictSUIDSGID LockPersonality SystemCallArchitectures OOMScoreAdjust CPUWeight',
  Install: 'WantedBy',
};

type Needed = Readonly<Record<string, readonly [value: string, why: string]>>;

/** What the rest of cdb relies on, and why. */
const NEEDED: Needed = {
  KillSignal: ['SIGTERM', 'that is what ends it in order'],
  LimitCORE: ['0', 'a core would hold secrets'],
  NoNewPrivileges: ['yes', 'nothing of cdb needs any'],
  ProtectSystem: ['strict', 'cdb writes to its state directory alone'],
  StateDirectory: ['cdb', 'the rest of the system is read-only'],
  StateDirectoryMode: ['0700', 'the journal is nobody else’s'],
  PrivateTmp: ['yes', 'nothing is shared'],
  User: ['cdb', 'the embedded database refuses root'],
};

const NEEDED_OF_ENGINE: Needed = {
  Type: ['notify', 'only then READY and WATCHDOG mean something'],
  NotifyAccess: ['all', 'it is a child of the engine that tells systemd'],
  KillMode: ['mixed', 'the database must not be told to end before the engine'],
  Restart: ['on-failure', 'a crash is repaired, a stop is not undone'],
  WatchdogSignal: ['SIGKILL', 'a core would hold secrets'],
};

const NEEDED_OF_WATCHDOG: Needed = {
  Type: ['exec', 'it says nothing to systemd'],
  Restart: ['always', 'nobody watches while it is away'],
  StartLimitIntervalSec: ['0', 'nothing gives it up for good'],
};

/** They would tie it to what it watches. */
const TIES = ['PartOf', 'BindsTo', 'Requires', 'StopWhenUnneeded'];

/** They would break cdb, each in a way that shows late. */
const HARMFUL: Readonly<Record<string, string>> = {
  MemoryDenyWriteExecute: 'Node compiles while it runs',
  ProtectProc: 'a lock of another user would look as if nobody held it',
  ProcSubset: 'locks are told apart by the boot id, which is in /proc/sys',
  PrivateNetwork: 'a venue is reached over the network',
};

const DRAIN_SECONDS_MIN = 30;

/** @returns one sentence for each thing that systemd would ignore, or that would not be safe */
export function unitComplaints(lines: readonly UnitLine[]): readonly string[] {
  const value = valueIn(lines);
  return [
    ...commonComplaints(lines, { ...NEEDED, ...NEEDED_OF_ENGINE }),
    ...timeComplaints(value),
    ...(never(value).includes(EXIT.UNREACHABLE)
      ? ['a database that is away at the start would never be tried again']
      : []),
  ];
}

/** The same for the unit of the watchdog. */
export function watchdogComplaints(lines: readonly UnitLine[]): readonly string[] {
  const value = valueIn(lines);
  const after = value('After').includes('cdb.service') || value('Wants').includes('cdb.service');
  const isTied = after || lines.some(({ name }) => TIES.includes(name));
  return [
    ...commonComplaints(lines, { ...NEEDED, ...NEEDED_OF_WATCHDOG }),
    ...(isTied ? ['it depends on what it watches'] : []),
    ...(value('ExecStart').endsWith('cdb.js watchdog') ? [] : ['ExecStart is no watchdog']),
    ...(seconds(value('RestartSec')) <= 5 ? [] : ['RestartSec is a long time without a watchdog']),
  ];
}

type Value = (name: string) => string;

function valueIn(lines: readonly UnitLine[]): Value {
  return (name) => lines.findLast((line) => line.name === name)?.value ?? '';
}

function commonComplaints(lines: readonly UnitLine[], needed: Needed): readonly string[] {
  const value = valueIn(lines);
  const unknown = lines.filter(({ section, name }) => {
    return !(KNOWN[section] ?? '').split(' ').includes(name);
  });
  return [
    ...unknown.map(({ section, name }) => `[${section}] ${name} is not known there`),
    ...Object.entries(needed)
      .filter(([name, [wanted]]) => value(name) !== wanted)
      .map(([name, [wanted, why]]) => `${name} must be ${wanted}: ${why}`),
    ...lines.flatMap(({ name }) => (name in HARMFUL ? [`${name}: ${HARMFUL[name] ?? ''}`] : [])),
    ...commandComplaints(value('ExecStart'), value('Environment')),
    ...statusComplaints(value),
  ];
}

function commandComplaints(start: string, environment: string): readonly string[] {
  const wrong = start.startsWith(`${INSTALLED} `)
    ? complaint({ text: `cdb ${start.slice(INSTALLED.length + 1)}`, kind: 'line' })
    : `ExecStart is not ${INSTALLED}`;
  return [
    ...(wrong === undefined ? [] : [wrong]),
    ...(environment === 'CDB_STATE_DIR=/var/lib/cdb' ? [] : ['StateDirectory is not its state']),
  ];
}

function timeComplaints(value: Value): readonly string[] {
  const watchdog = seconds(value('WatchdogSec'));
  const stop = seconds(value('TimeoutStopSec'));
  const window = seconds(value('StartLimitIntervalSec'));
  const startsMax = window / seconds(value('RestartSec'));
  const isBounded = Number(value('StartLimitBurst')) < startsMax;
  return [
    ...(watchdog >= 10 && watchdog <= 120 ? [] : ['WatchdogSec is no useful time']),
    ...(stop >= DRAIN_SECONDS_MIN ? [] : ['TimeoutStopSec is too short to drain']),
    ...(isBounded ? [] : ['StartLimitBurst is never reached: a crash would be repeated for ever']),
  ];
}

function never(value: Value): readonly number[] {
  return value('RestartPreventExitStatus').split(' ').map(Number);
}

function statusComplaints(value: Value): readonly string[] {
  const well = value('SuccessExitStatus').split(' ').map(Number);
  return [
    ...([EXIT.USAGE, EXIT.CONFIG].every((status) => never(value).includes(status))
      ? []
      : ['a wrong command line or configuration would be tried again']),
    ...([EXIT.SIGINT, EXIT.SIGTERM].every((status) => well.includes(status))
      ? []
      : ['a stop would count as a failure']),
  ];
}
