import { describe, expect, it } from 'vitest';
import { ReconnectGate } from '../../../../src/adapters/postgres/reconnect-gate.js';
import { DependencyError } from '../../../../src/operator-error.js';

const REFUSED = new DependencyError('Cannot commit: connection refused', {
  dependency: 'postgresql',
  retryable: true,
});

/** A server that answers the nth attempt; time passes only by sleeping. */
function gateBefore(answersAt: number, random = () => 0.5) {
  const pauses: number[] = [];
  const notices: string[] = [];
  let nowMs = 0;
  let attempts = 0;
  let reached: () => void = () => undefined;
  const end = new Promise<void>((resolve) => (reached = resolve));
  const gate: ReconnectGate = new ReconnectGate({
    clock: {
      nowMs: () => nowMs,
      monotonicMs: () => nowMs,
      sleep: async (ms) => {
        pauses.push(ms);
        nowMs += ms;
      },
    },
    random,
    attempt: async () => {
      gate.enter();
      attempts += 1;
      await Promise.resolve();
      if (attempts < answersAt) {
        gate.failed(REFUSED);
        throw REFUSED;
      }
    },
    onNotice: (text) => {
      notices.push(text);
      if (text.includes('again,')) reached();
    },
  });
  return { gate, pauses, notices, end, attempts: () => attempts };
}

describe('ReconnectGate', () => {
  it('lets everybody pass while the server answers', () => {
    const { gate } = gateBefore(1);
    expect(gate.state).toBe('up');
    expect(() => {
      gate.enter();
    }).not.toThrow();
  });

  it('fails every call at once while the server is away, with the reason', () => {
    const { gate, attempts } = gateBefore(2);
    gate.failed(REFUSED);
    expect(gate.state).toBe('away');
    for (let call = 0; call < 100; call += 1) {
      expect(() => {
        gate.enter();
      }).toThrow('the database is away: Cannot commit: connection refused');
    }
    expect(attempts()).toBe(0);
    gate.close();
  });

  it('tries with growing pauses up to a bound, and says both ends once', async () => {
    const { gate, pauses, notices, end, attempts } = gateBefore(8);
    gate.failed(REFUSED);
    gate.failed(REFUSED);
    await end;
    expect(gate.state).toBe('up');
    expect(attempts()).toBe(8);
    expect(pauses).toEqual([75, 150, 300, 600, 1_200, 1_500, 1_500, 1_500]);
    expect(notices).toEqual([
      'the database is away, trying again: Cannot commit: connection refused',
      'the database answers again, after 6.8 s',
    ]);
  });

  it('spreads the attempts of engines that lost the server together', async () => {
    const [early, late] = [gateBefore(3, () => 0), gateBefore(3, () => 0.999)];
    for (const { gate } of [early, late]) gate.failed(REFUSED);
    await Promise.all([early.end, late.end]);
    expect(early.pauses).toEqual([50, 100, 200]);
    expect(late.pauses.map(Math.round)).toEqual([100, 200, 400]);
  });
});
