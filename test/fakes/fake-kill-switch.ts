import type {
  KillSwitch,
  KillSwitchServices,
} from '../../src/commands/kill-switch/kill-switch-ports.js';
import type { StopOutcome } from '../../src/engine/control/stop-outcome.js';
import type { ControlReading, ControlRecord } from '../../src/engine/domain/control.js';
import type { OpenAlarm } from '../../src/engine/domain/watchdog-alarm.js';
import type { EngineAnswer, EngineRequest } from '../../src/engine/ports/engine-client.js';
import type { DependencyError } from '../../src/operator-error.js';

export interface FakeKillSwitch extends KillSwitchServices {
  reading: ControlReading;
  answer: EngineAnswer;
  pid: number | null;
  /** Thrown by the next write or stop. */
  fault: DependencyError | null;
  how: StopOutcome['how'];
  /** Of the watchdog. */
  alarm: OpenAlarm | null;
  readonly asked: EngineRequest[];
  readonly stateDirs: string[];
}

/** One place of the register and one engine, in memory. */
export function fakeKillSwitch(record: ControlRecord | null): FakeKillSwitch {
  const fake: FakeKillSwitch = {
    reading: record === null ? { state: 'absent' } : { state: 'present', record },
    answer: { state: 'absent' },
    pid: null,
    fault: null,
    how: 'record',
    alarm: null,
    asked: [],
    stateDirs: [],
    killSwitch: (stateDir) => {
      fake.stateDirs.push(stateDir);
      return Promise.resolve(killSwitchOf(fake));
    },
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
    engine: {
      holder: () =>
        fake.pid === null ? null : { pid: fake.pid, startedAtMs: 0, socketPath: '/s' },
    },
    client: {
      call: (request) => {
        fake.asked.push(request);
        return Promise.resolve(fake.answer);
      },
    },
    unacknowledgedAlarm: () => fake.alarm,
    isStateEmpty: () => fake.reading.state === 'absent',
    createStateDir: () => undefined,
  };
}
