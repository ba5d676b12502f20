import type { OperatorPorts, OperatorServices } from '../../src/commands/operator-ports.js';
import type { EngineAnswer, EngineRequest } from '../../src/engine/ports/engine-client.js';

export interface FakeOperator extends OperatorServices {
  readonly asked: EngineRequest[];
  readonly signals: string[];
}

/** An empty state directory in which nothing runs; time passes only by sleeping. */
export function fakeOperator(
  ports: Partial<OperatorPorts> = {},
  answer: (request: EngineRequest) => EngineAnswer = () => ({ state: 'absent' }),
): FakeOperator {
  const asked: EngineRequest[] = [];
  const signals: string[] = [];
  let nowMs = 0;
  const all: OperatorPorts = {
    stateDir: './.cdb',
    engine: {
      call: async (request) => {
        asked.push(request);
        return answer(request);
      },
    },
    process: { holder: () => null, signal: () => false },
    clock: {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
    },
    lastRun: async () => null,
    latch: () => null,
    watchdog: () => ({ state: 'none', pid: null, does: '', lookedAtMs: null, alarm: null }),
    stack: () => null,
    shared: async () => null,
    withEventLog: async () => null,
    readsDirectly: () => false,
    withAudit: async () => null,
    ...ports,
  };
  return { asked, signals, operator: async () => all };
}

/** An engine that answers every request with this body. */
export const answering =
  (body: unknown, status = 200) =>
  (): EngineAnswer => ({ state: 'answered', status, body });
