import { describe, expect, it } from 'vitest';
import { LinePrinter } from '../../../src/commands/run/line-printer.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

/** A reader that takes one line and then nothing until it is woken. */
function slowReader() {
  let wake = (): void => undefined;
  const drained = new Promise<void>((resolve) => (wake = resolve));
  const out: string[] = [];
  const io = fakeCommandIo({
    stdout: (text) => out.push(text) === 0,
    stdoutDrained: () => drained,
  });
  return {
    io,
    out,
    lines: new LinePrinter(io),
    wake: () => {
      wake();
    },
  };
}

describe('LinePrinter', () => {
  it('loses lines behind a slow reader and tells on stderr how many', async () => {
    const { io, out, lines, wake } = slowReader();
    for (const text of ['first', 'second', 'third']) lines.print(text);
    expect(out).toEqual(['first\n']);
    wake();
    await Promise.resolve();
    expect(io.err).toEqual(['notice: 2 lines not shown: the reader did not keep up\n']);
    lines.print('fourth');
    expect(out).toEqual(['first\n', 'fourth\n']);
  });

  it('prints everything after a flush', () => {
    const { io, out, lines } = slowReader();
    lines.print('first');
    lines.print('lost');
    lines.flush();
    lines.print('the end');
    expect(out).toEqual(['first\n', 'the end\n']);
    expect(io.err.join('')).toContain('1 lines not shown');
  });
});
