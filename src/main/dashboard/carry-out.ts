import type { ScreenCall } from '../../commands/dashboard/dashboard-services.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Effect } from '../../tui/update/context.js';
import type { BoardSource } from '../../view/board/board-source.js';
import { exportBoard } from './export-board.js';
import type { ScreenHandle } from './dashboard.js';
import { runCommand, type Ran } from './run-command.js';

/** As `K` and `y` do it: everything halts, and what is open is cancelled. */
const ENGAGE_ARGV: readonly string[] = [
  ...['kill-switch', 'engage', '--cancel-open', '--reason', 'manual', '-m', 'from the dashboard'],
];

const ASK_ELSEWHERE = {
  ...{ who: '', isWell: false, ms: null },
  words: 'ask from a shell: cdb kill-switch status',
} as const;

/** What terminals take at once; more would be cut in the middle. */
const COPY_BASE64_MAX = 74_994;

type Outside = Exclude<Effect, { kind: 'quit' | 'suspend' | 'redraw' }>;
export type CarryOut = (effect: Outside) => void;

interface Means {
  readonly source: BoardSource;
  readonly call: ScreenCall;
  /** Aborted when the dashboard ends. */
  readonly signal: AbortSignal;
}

/** Does what keys ask for. Nothing of it throws: what went wrong is shown on the screen. */
export function carryOut({ source, call, signal }: Means, screen: ScreenHandle): CarryOut {
  const run = (argv: readonly string[], format: 'text' | 'json') =>
    runCommand({ argv, format, signal }, call);
  return (effect) => {
    switch (effect.kind) {
      case 'engage':
        void run(ENGAGE_ARGV, 'json')
          .then(async (ran) => {
            const { engagedOverlay } = await import('./engage.js');
            const overlay = engagedOverlay(ran);
            const isWhole = overlay.state === 'stopped';
            screen.change({ overlay, ...(isWhole && { killedAtMs: call.io.nowMs() }) });
          })
          .catch((fault: unknown) => {
            const words = `what came of the stop cannot be shown: ${wordsOf(fault)}`;
            const lines = [{ who: '', words, isWell: false, ms: null }, ASK_ELSEWHERE];
            screen.change({ overlay: { kind: 'kill', state: 'failed', lines } });
          })
          .finally(() => {
            source.refresh();
          });
        return;
      case 'run':
        void run(effect.argv, 'text').then((ran) => {
          showAnswer(screen, effect.title, ran);
          source.refresh();
        });
        return;
      case 'copy':
        screen.change({ notice: copy(screen, effect.text) });
        return;
      case 'export':
        void exportBoard(call.io.cwd, screen.board(), {
          rows: screen.rows(),
          nowMs: call.io.nowMs(),
        }).then(
          (names) => {
            screen.change({ notice: { text: `written: ${names.join(', ')}`, isBad: false } });
          },
          (fault: unknown) => {
            const text = `not written to ${call.io.cwd}: ${wordsOf(fault)}`;
            screen.change({ notice: { text, isBad: true } });
          },
        );
        return;
      case 'refresh':
        source.refresh();
        screen.change({ notice: { text: 'everything is read anew', isBad: false } });
    }
  };
}

/** Never in place of the kill overlay: that one is closed by who reads it. */
function showAnswer(screen: ScreenHandle, title: string, { status, stdout, stderr }: Ran): void {
  const { overlay } = screen.ui();
  const head = status === 0 ? title : `${title}   (exit ${status})`;
  const isTaken = overlay !== null && !(overlay.kind === 'text' && overlay.title === title);
  if (isTaken) {
    const text = status === 0 ? `${title}: done` : `${title}: ended with exit ${status}`;
    screen.change({ notice: { text, isBad: status !== 0 } });
    return;
  }
  const lines = `${stdout}${stderr}`.replace(/\n$/, '').split('\n');
  screen.change({ overlay: { kind: 'text', title: head, lines, top: 0 } });
}

/** By OSC 52: the terminal keeps it, also over SSH. Some ask first, some take nothing. */
function copy(screen: ScreenHandle, text: string) {
  const base64 = Buffer.from(text).toString('base64');
  if (base64.length > COPY_BASE64_MAX) {
    return { text: 'this row is too long for the clipboard; x writes it to a file', isBad: true };
  }
  screen.write(`\u001b]52;c;${base64}\u0007`);
  return { text: 'the row is sent to the clipboard (OSC 52)', isBad: false };
}
