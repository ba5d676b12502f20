import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClockOffsetEstimate } from '../../../../src/adapters/live-feed/clock-offset.js';

const T0 = 1_700_000_000_000;

describe('the offset of the venue clock', () => {
  it('is unknown without evidence', () => {
    const { current } = new ClockOffsetEstimate();
    expect(current).toEqual({ offsetMs: null, errorMs: null, confidence: 'none', samples: 0 });
  });

  it('is near the least delayed frames', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4_000_000, max: 4_000_000 }),
        fc.array(fc.integer({ min: 5, max: 80 }), { minLength: 40, maxLength: 400 }),
        (aheadMs, delaysMs) => {
          const clock = new ClockOffsetEstimate();
          delaysMs.forEach((delayMs, i) => {
            const sentAtMs = T0 + i * 100;
            clock.addFrame(sentAtMs, sentAtMs - aheadMs + delayMs);
          });
          const offsetMs = clock.current.offsetMs ?? NaN;
          expect(offsetMs).toBeLessThanOrEqual(aheadMs - 5);
          expect(offsetMs).toBeGreaterThanOrEqual(aheadMs - 80);
          expect(clock.current.confidence).toBe('low');
        },
      ),
    );
  });

  it('does not follow a frame that lies, the first one included', () => {
    const clock = new ClockOffsetEstimate();
    const year2099 = 4_070_908_800_000;
    clock.addFrame(year2099, T0);
    clock.addFrame(T0 + 100, T0 + 120);
    expect(clock.current.offsetMs).toBe(-20);
    for (let i = 0; i < 100; i += 1) clock.addFrame(T0 + i * 100, T0 + i * 100 + 20);
    clock.addFrame(year2099, T0 + 11_000);
    for (let i = 0; i < 16; i += 1) clock.addFrame(T0 + 12_000, T0 + 12_020);
    expect(clock.current.offsetMs).toBe(-20);
  });

  it.each([1_700_000_000, 1_700_000_000_000_000, -5, 1])('takes %d for no time', (sentAtMs) => {
    const clock = new ClockOffsetEstimate();
    for (let i = 0; i < 20; i += 1) clock.addFrame(sentAtMs, T0);
    expect(clock.current.offsetMs).toBeNull();
  });

  it('does not believe a few frames over an answer', () => {
    const clock = new ClockOffsetEstimate();
    clock.addFrame(T0 + 3_600_000, T0);
    expect(clock.isSettled).toBe(false);
    clock.addAnswer(T0, T0, 40);
    expect(clock.current.offsetMs).toBe(20);
    expect(clock.isSettled).toBe(true);
  });

  it('rests on the answer with the shortest way, and says how wrong it may be', () => {
    const clock = new ClockOffsetEstimate();
    clock.addAnswer(T0 + 1_500, T0 + 300, 300);
    clock.addAnswer(T0 + 1_215, T0 + 20, 40);
    for (let i = 0; i < 8; i += 1) clock.addFrame(T0 + 1_215, T0 + 30);
    expect(clock.current).toEqual({
      offsetMs: 1_215,
      errorMs: 20,
      confidence: 'good',
      samples: 10,
    });
  });

  it('believes frames over an answer that they contradict', () => {
    const clock = new ClockOffsetEstimate();
    clock.addAnswer(T0, T0, 40);
    for (let i = 0; i < 20; i += 1) clock.addFrame(T0 + 5_000, T0);
    expect(clock.current).toMatchObject({ offsetMs: 5_000, errorMs: null, confidence: 'low' });
  });

  it('begins again when our own clock was set', () => {
    const clock = new ClockOffsetEstimate();
    clock.addAnswer(T0, T0, 40);
    clock.addFrame(T0 + 5_000, T0);
    clock.reset();
    expect(clock.current.confidence).toBe('none');
    clock.addFrame(T0 - 7_000, T0);
    expect(clock.current.offsetMs).toBe(-7_000);
  });
});
