import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { LogPrinter } from '../../../../src/commands/logs/log-printer.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';

test('a reader that is waited for leaves no listener behind', async () => {
  const { signal } = new AbortController();
  const io = fakeCommandIo({ stdout: () => false });
  const printer = new LogPrinter(io, signal);
  for (let n = 0; n < 20; n += 1) {
    await printer.print([{ text: '(unreadable) x', line: null, stored: {} }]);
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
