import { processTerminal } from '../../../src/main/dashboard/process-terminal.js';
import { FramePacer } from '../../../src/tui/terminal/frame-pacer.js';
import { renderLine } from '../../../src/tui/terminal/render-line.js';
import { ScreenWriter } from '../../../src/tui/terminal/screen-writer.js';
import { TerminalSession } from '../../../src/tui/terminal/session.js';
import { THEME_OF } from '../../../src/tui/theme.js';

// The smallest program with a screen: shows its size and its last keys, and ends in every way.
const keys: string[] = [];
const port = processTerminal();

function draw(): void {
  const size = port.size();
  const look = { columns: size.columns, theme: THEME_OF.default, isAscii: false };
  const texts = [
    `size ${size.columns}x${size.rows}, pid ${process.pid}`,
    `keys ${keys.slice(-4).join(' ')}`,
    ...Array.from({ length: size.rows }, (_, row) => `row ${row} `.padEnd(size.columns, '─')),
  ];
  const rows = texts.slice(0, size.rows).map((text) => renderLine([{ text, style: 'good' }], look));
  writer.draw({ size, rows });
}

const pacer = new FramePacer(port, draw);
const session = new TerminalSession(port, {
  onInput: (input) => {
    const name = input.kind === 'key' ? input.name : `paste:${input.text.length}`;
    keys.push(name);
    if (name === 'q') quit(0);
    else if (name === 'ctrl-c') quit(130);
    else if (name === 'ctrl-z') session.suspend();
    else if (name === 'c') throw new TypeError('a bug');
    else if (name === 'r') void Promise.reject(new TypeError('a bug in a promise'));
    else pacer.request('key');
  },
  onRepaint: () => {
    writer.forget();
    pacer.request('key');
  },
  onEnd: (cause) => {
    process.stderr.write(`ended by ${cause}\n`);
    quit(9);
  },
});
const writer = new ScreenWriter(session);

function quit(status: number): void {
  pacer.stop();
  writer.close();
  session.leave();
  process.exitCode = status;
}

function report(fault: unknown): void {
  process.stderr.write(`crashed: ${String(fault)}\n`);
  quit(70);
}

// The terminal of this program may be gone: nobody is left to tell, and each try would be a fault.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    quit(1);
  });
}
process.on('uncaughtException', report);
process.on('unhandledRejection', report);
session.open();
