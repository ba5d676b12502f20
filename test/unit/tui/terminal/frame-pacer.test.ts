import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FramePacer } from '../../../../src/tui/terminal/frame-pacer.js';
import { FakeTimer } from '../../../fakes/fake-timer.js';

function paced() {
  const timer = new FakeTimer();
  const drawnAtMs: number[] = [];
  const pacer = new FramePacer(timer, () => drawnAtMs.push(timer.nowMs() - 1_000));
  return { timer, drawnAtMs, pacer };
}

describe('FramePacer', () => {
  test('draws data at most ten times a second, and the last of it in any case', () => {
    const { timer, drawnAtMs, pacer } = paced();
    for (let ms = 0; ms < 1_000; ms += 7) {
      pacer.request('data');
      timer.advance(7);
    }
    timer.advance(1_000);
    expect(drawnAtMs).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(timer.waiting).toBe(0);
  });

  test('draws a key at once, also when data has to wait', () => {
    const { timer, drawnAtMs, pacer } = paced();
    pacer.request('data');
    timer.advance(20);
    pacer.request('data');
    pacer.request('key');
    timer.advance(1_000);
    expect(drawnAtMs).toEqual([0, 20]);
  });

  test('draws a flood of keys no more often than a screen shows', () => {
    const { timer, drawnAtMs, pacer } = paced();
    for (let n = 0; n < 1_000; n += 1) pacer.request('key');
    timer.advance(100);
    expect(drawnAtMs).toEqual([0, 16]);
  });

  test('draws no more once it was stopped', () => {
    const { timer, drawnAtMs, pacer } = paced();
    pacer.request('data');
    pacer.request('data');
    pacer.stop();
    timer.advance(1_000);
    expect(drawnAtMs).toEqual([0]);
  });

  test('keeps no key waiting for more than a frame and loses no request', () => {
    const event = fc.record({
      waitMs: fc.integer({ min: 0, max: 150 }),
      cause: fc.constantFrom('key' as const, 'data' as const),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const { timer, drawnAtMs, pacer } = paced();
        for (const { waitMs, cause } of events) {
          timer.advance(waitMs);
          const askedMs = timer.nowMs() - 1_000;
          pacer.request(cause);
          const limit = cause === 'key' ? 16 : 100;
          const before = drawnAtMs.at(-1) ?? Number.NEGATIVE_INFINITY;
          if (before < askedMs) expect(timer.waiting).toBe(1);
          else expect(before).toBe(askedMs);
          expect(askedMs - before).toBeLessThan(
            before === Number.NEGATIVE_INFINITY ? 1 / 0 : limit,
          );
        }
        timer.advance(100);
        expect(timer.waiting).toBe(0);
      }),
    );
  });
});
