import type {
  KillSwitch,
  KillSwitchServices,
} from '../../src/commands/kill-switch/kill-switch-ports.js';
import type { StopOutcome } from '../../src/engine/control/stop-outcome.js';
import type { ControlReading, ControlRecord } from '../../src/engine/domain/control.js';
import type { OpenAlarm } from '../../src/engine/domain/watchdog-alarm.js';
import { nodeHash } from '../../src/adapters/node-hash.js';
import { LEDGER_START, nextEntry, type LedgerEntry } from '../../src/engine/domain/ledger.js';
import type {
  EngineAnswer,
  EngineRequest,
  EngineSignal,
} from '../../src/engine/ports/engine-client.js';
import type { SharedPlace } from '../../src/engine/ports/shared-places.js';
import type { DependencyError } from '../../src/operator-error.js';

export interface FakeKillSwitch extends KillSwitchServices {
  reading: ControlReading;
  answer: EngineAnswer | ((request: EngineRequest) => EngineAnswer);
  pid: number | null;
  /** Thrown by the next write or stop. */
  fault: DependencyError | null;
  how: StopOutcome['how'];
  /** Of the watchdog. */
  alarm: OpenAlarm | null;
  /** What a check-up kept. */
  report: string | null;
  readonly asked: EngineRequest[];
  readonly stateDirs: string[];
  readonly ledger: LedgerEntry[];
  readonly signals: EngineSignal[];
  shared: readonly SharedPlace[];
  /** Nothing waits. */
  readonly clock: KillSwitch['clock'];
}

/** One place of the register and one engine, in memory. */
export function fakeKillSwitch(record: ControlRecord | null): FakeKillSwitch {
  let nowMs = 0;
  const fake: FakeKillSwitch = {
    reading: record === null ? { state: 'absent' } : { state: 'present', record },
    answer: { state: 'absent' },
    pid: null,
    fault: null,
    how: 'record',
    alarm: null,
    report: null,
    asked: [],
    stateDirs: [],
    ledger: [],
    signals: [],
    shared: [],
    clock: {
      sleep: (ms) => {
        nowMs += ms;
        return Promise.resolve();
      },
      monotonicMs: () => nowMs,
    },
    killSwitch: (stateDir) => {
      fake.stateDirs.push(stateDir);
      return Promise.resolve(killSwitchOf(fake));
    },
    sharedPlaces: () => Promise.resolve({ places: fake.shared, notes: [] }),
  };
  return fake;
}

function killSwitchOf(fake: FakeKillSwitch): KillSwitch {
  const put = (next: ControlRecord) => {
    const { fault } = fake;
    if (fault?.retryable === true) fake.fault = null;
    if (fault !== null) throw fault;
    fake.reading = { state: 'present', record: next };
  };
  return {
    places: [
      {
        name: 'latch file',
        read: () => fake.reading,
        write: put,
        stop: (next) => {
          put(next);
          return { how: fake.how, level: next.level, failures: [] };
        },
      },
    ],
    ledger: {
      append: (event) => {
        const entry = nextEntry(nodeHash, fake.ledger.at(-1) ?? LEDGER_START, event);
        fake.ledger.push(entry);
        return entry;
      },
      head: () => fake.ledger.at(-1) ?? LEDGER_START,
      entries: () => fake.ledger,
    },
    engine: {
      signal: (_, name) => {
        fake.signals.push(name);
        return true;
      },
      holder: () =>
        fake.pid === null ? null : { pid: fake.pid, startedAtMs: 0, socketPath: '/s' },
    },
    client: {
      call: (request) => {
        fake.asked.push(request);
        const { answer } = fake;
        return Promise.resolve(typeof answer === 'function' ? answer(request) : answer);
      },
    },
    clock: fake.clock,
    unacknowledgedAlarm: () => fake.alarm,
    newestReport: () => fake.report,
    hostMs: () => fake.clock.monotonicMs(),
    isStateEmpty: () => fake.reading.state === 'absent',
    createStateDir: () => undefined,
  };
}
