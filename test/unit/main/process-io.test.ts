import { afterEach, describe, expect, test, vi } from 'vitest';
import { surviveLostOutput, processIo } from '../../../src/main/process-io.js';

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
    surviveLostOutput(end);
    closePipe();
    closePipe();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('is left to a command that listens, until it stops listening', () => {
    const end = vi.fn();
    const listener = vi.fn();
    const unlisten = io().onStop(listener);
    surviveLostOutput(end);
    closePipe();
    expect(listener).toHaveBeenCalledExactlyOnceWith('EPIPE');
    expect(end).not.toHaveBeenCalled();
    unlisten();
    surviveLostOutput(end);
    closePipe();
    expect(end).toHaveBeenCalledTimes(1);
  });

  test('is told from a disk that is full, which ends no command in the middle', () => {
    const end = vi.fn();
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const isLost = surviveLostOutput(end);
    expect(isLost()).toBe(false);
    process.stdout.emit('error', new Error('ENOSPC: no space left'));
    process.stdout.emit('error', new Error('ENOSPC: no space left'));
    expect(told.mock.calls.flat()).toEqual([
      'notice: what this prints is lost: ENOSPC: no space left\n',
    ]);
    told.mockRestore();
    expect(end).not.toHaveBeenCalled();
    expect(isLost()).toBe(true);
  });

  test('a disk that is full is told to a command that listens', () => {
    const listener = vi.fn();
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const unlisten = io().onStop(listener);
    surviveLostOutput(vi.fn());
    process.stdout.emit('error', new Error('ENOSPC: no space left'));
    told.mockRestore();
    expect(listener).toHaveBeenCalledExactlyOnceWith('unwritable');
    unlisten();
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
