import type { CommandIo } from '../../commands/command-io.js';
import type { ScreenPlan } from '../../commands/dashboard/dashboard-services.js';
import { EXIT } from '../../operator-error.js';
import { initialUi } from '../../tui/initial-ui.js';
import type { TerminalInput } from '../../tui/keys/key-press.js';
import { drawScreen } from '../../tui/layout/draw-screen.js';
import { FramePacer } from '../../tui/terminal/frame-pacer.js';
import { renderLine } from '../../tui/terminal/render-line.js';
import { ScreenWriter } from '../../tui/terminal/screen-writer.js';
import { TerminalSession, type EndCause } from '../../tui/terminal/session.js';
import type { TerminalPort } from '../../tui/terminal/terminal-port.js';
import { THEME_OF } from '../../tui/theme.js';
import type { UiState } from '../../tui/ui-state.js';
import type { Effect } from '../../tui/update/context.js';
import { update } from '../../tui/update/update.js';
import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';
import { RecordedBoards, type BoardPast } from './board-past.js';
import type { CarryOut } from './carry-out.js';
import { OwnUsage } from './own-usage.js';
import { screenRows } from './screen-text.js';

const EXIT_OF: Readonly<Record<EndCause, number>> = {
  SIGINT: EXIT.SIGINT,
  SIGTERM: EXIT.SIGTERM,
  // Whoever was there has gone, and ended it that way.
  SIGHUP: EXIT.SIGTERM,
  gone: EXIT.SIGTERM,
};

interface Parts {
  readonly source: BoardSource;
  readonly plan: ScreenPlan;
  readonly io: CommandIo;
  readonly terminal: TerminalPort;
  readonly past: BoardPast;
  /** What keys ask of the world outside. */
  readonly carryOut: (screen: ScreenHandle) => CarryOut;
}

/** What may be changed on the screen from outside of the keys. */
export interface ScreenHandle {
  readonly ui: () => UiState;
  readonly board: () => Board;
  change(next: Partial<UiState>): void;
  /** To the terminal as it stands; for what no row holds. */
  write(text: string): void;
  /** Rows as they are shown, without colours. */
  rows(): readonly string[];
}

/** The screen of one terminal: keys and boards in, frames out. */
export class Dashboard {
  readonly #parts: Parts;
  readonly #session: TerminalSession;
  readonly #writer: ScreenWriter;
  readonly #pacer: FramePacer;
  readonly #carryOut: CarryOut;
  readonly #usage = new OwnUsage();
  #ui: UiState;
  #isOdd = false;
  #recordingFault = '';
  #dataAtMs = Number.NEGATIVE_INFINITY;
  #end: (status: number) => void = () => undefined;

  constructor(parts: Parts) {
    const { plan, terminal, carryOut } = parts;
    this.#parts = parts;
    this.#ui = initialUi(plan);
    this.#session = new TerminalSession(terminal, {
      onInput: (input) => {
        this.#input(input);
      },
      onRepaint: () => {
        this.#writer.forget();
        this.#pacer.request('key');
      },
      onEnd: (cause) => {
        this.#end(EXIT_OF[cause]);
      },
    });
    this.#writer = new ScreenWriter(this.#session);
    this.#pacer = new FramePacer(terminal, () => {
      this.#draw();
    });
    this.#carryOut = carryOut({
      ui: () => this.#ui,
      board: () => this.#board(),
      change: (next) => {
        this.#change(next);
      },
      write: (text) => {
        this.#session.write(text);
      },
      rows: () => screenRows(this.#board(), this.#ui, this.#frame()),
    });
  }

  /**
   * Until it is quit.
   * @param begin what waits for the first frame; what it throws ends the screen
   * @returns the exit status
   */
  async run(begin: () => Promise<void>): Promise<number> {
    const { source, terminal } = this.#parts;
    const ended = new Promise<number>((resolve) => {
      this.#end = resolve;
    });
    const forget = source.onChange(() => {
      this.#dataCame();
    });
    let cancelTick: () => void = () => undefined;
    const tick = () => {
      this.#dataCame();
      cancelTick = terminal.after(this.#ui.intervalMs, tick);
    };
    let isOver = false;
    this.#session.open();
    this.#pacer.request('data');
    const begun = begin().then(() => {
      if (!isOver) tick();
      return ended;
    });
    try {
      return await Promise.race([ended, begun]);
    } finally {
      isOver = true;
      cancelTick();
      forget();
      this.#pacer.stop();
      this.#writer.close();
      this.#session.leave();
    }
  }

  #dataCame(): void {
    const { source, terminal, past } = this.#parts;
    const nowMs = terminal.nowMs();
    if (nowMs - this.#dataAtMs < this.#ui.intervalMs) return;
    this.#dataAtMs = nowMs;
    // A recording is its own past: noting an early moment of it would forget the later ones.
    if (!this.#ui.isReplay) past.note(source.board());
    if (past.recordingFault !== this.#recordingFault) this.#sayRecordingEnded();
    this.#pacer.request('data');
  }

  #sayRecordingEnded(): void {
    this.#recordingFault = this.#parts.past.recordingFault;
    this.#change({ notice: { text: `recording ended: ${this.#recordingFault}`, isBad: true } });
  }

  #change(next: Partial<UiState>): void {
    this.#ui = { ...this.#ui, ...next };
    this.#pacer.request('key');
  }

  #input(input: TerminalInput): void {
    const { io, past } = this.#parts;
    const context = { board: this.#board(), nowMs: io.nowMs(), span: past.span() };
    const held = this.#ui.playback;
    const { ui, effects } = update(this.#ui, input, context);
    this.#ui = ui;
    if (held !== null && ui.playback === null) this.#goOn(held.atMs);
    // What was on the screen stays on it; the past has one moment a second only.
    if (held === null && ui.playback !== null) past.hold(context.board);
    for (const effect of effects) this.#do(effect);
    this.#pacer.request('key');
  }

  /** A recording goes on where it was held; what is live goes on with now. */
  #goOn(atMs: number): void {
    const { source } = this.#parts;
    if (source instanceof RecordedBoards) source.playFrom(atMs);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'quit':
        this.#end(EXIT.OK);
        return;
      case 'suspend':
        this.#session.suspend();
        return;
      case 'redraw':
        this.#writer.forget();
        return;
      default:
        this.#carryOut(effect);
    }
  }

  /** The one of now, or of the moment that is held. */
  #board(): Board {
    const { source, past } = this.#parts;
    const { playback } = this.#ui;
    return (playback === null ? null : past.at(playback.atMs)) ?? source.board();
  }

  #frame() {
    const { terminal, io, past } = this.#parts;
    const isPast = this.#ui.playback !== null || this.#ui.isReplay;
    return {
      size: terminal.size(),
      nowMs: isPast ? this.#board().atMs : io.nowMs(),
      self: {
        ...this.#usage.look(terminal.nowMs()),
        droppedFrames: this.#writer.droppedFrames,
        beat: this.#isOdd,
        snapshotsMs: past.spanMs,
        isRecording: past.isRecording,
      },
    };
  }

  #draw(): void {
    this.#isOdd = !this.#isOdd;
    const frame = this.#frame();
    const { theme, isAscii } = this.#ui;
    const look = { columns: frame.size.columns, theme: THEME_OF[theme], isAscii };
    const lines = drawScreen(this.#board(), this.#ui, frame);
    this.#writer.draw({ size: frame.size, rows: lines.map((line) => renderLine(line, look)) });
  }
}
