import { afterEach, describe, expect, test, vi } from 'vitest';
import { endQuietlyOnClosedPipe, processIo } from '../../../src/main/process-io.js';

function io() {
  return processIo([], new AbortController().signal);
}

function closePipe(): void {
  process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
}

describe('a reader that goes away', () => {
  const before = {
    stdout: process.stdout.listeners('error'),
    stderr: process.stderr.listeners('error'),
  };
  afterEach(() => {
    for (const name of ['stdout', 'stderr'] as const) {
      for (const listener of process[name].listeners('error')) {
        if (!before[name].includes(listener)) {
          process[name].off('error', listener as (fault: Error) => void);
        }
      }
    }
  });

  test('ends the process once, however many writes fail', () => {
    const end = vi.fn();
    endQuietlyOnClosedPipe(end);
    closePipe();
    closePipe();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('is left to a command that listens, until it stops listening', () => {
    const end = vi.fn();
    const listener = vi.fn();
    const unlisten = io().onStop(listener);
    endQuietlyOnClosedPipe(end);
    closePipe();
    expect(listener).toHaveBeenCalledExactlyOnceWith('EPIPE');
    expect(end).not.toHaveBeenCalled();
    unlisten();
    endQuietlyOnClosedPipe(end);
    closePipe();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('is told from other faults', () => {
    endQuietlyOnClosedPipe(vi.fn());
    expect(() => process.stdout.emit('error', new Error('disk'))).toThrow('disk');
  });
});

describe('signals', () => {
  test('reach the listener each time and are given back', () => {
    const listener = vi.fn();
    const counts = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')];
    const untouched = counts();
    const unlisten = io().onStop(listener);
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGTERM', 'SIGTERM');
    expect(listener.mock.calls.flat()).toEqual(['SIGINT', 'SIGINT', 'SIGTERM']);
    unlisten();
    expect(counts()).toEqual(untouched);
  });
});
