import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withTimeout } from '../../../src/main/timeout.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('withTimeout', () => {
  test('returns the status of work that is done in time and leaves no timer', async () => {
    await expect(withTimeout(100, () => Promise.resolve(5))).resolves.toBe(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('tells work to stop, and takes its answer', async () => {
    const work = (deadline: AbortSignal) =>
      new Promise<number>((resolve) => {
        deadline.addEventListener('abort', () => {
          resolve(7);
        });
      });
    const result = withTimeout(100, work, 50);
    await vi.advanceTimersByTimeAsync(100);
    await expect(result).resolves.toBe(7);
  });

  test('leaves work behind that does not heed, with exit 7', async () => {
    const result = withTimeout(100, () => new Promise<number>(() => undefined), 50);
    const outcome = expect(result).rejects.toMatchObject({ exit: 7, code: 'CDB-E0003' });
    await vi.advanceTimersByTimeAsync(150);
    await outcome;
  });

  test('sets no timer when none was asked for', async () => {
    await withTimeout(undefined, () => {
      expect(vi.getTimerCount()).toBe(0);
      return Promise.resolve(0);
    });
  });
});
