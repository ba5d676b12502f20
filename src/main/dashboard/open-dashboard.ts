import { BoardRecorder } from '../../adapters/files/board-recorder.js';
import { textCompression } from '../../adapters/deflate.js';
import type { CommandIo } from '../../commands/command-io.js';
import type {
  LeftScreen,
  ScreenCall,
  ScreenPlan,
} from '../../commands/dashboard/dashboard-services.js';
import { BoardRing } from '../../tui/board-ring.js';
import { initialUi } from '../../tui/initial-ui.js';
import type { BoardSource } from '../../view/board/board-source.js';
import { unreadBoard } from '../../view/board/unread-board.js';
import { whenRead } from '../../view/board/when-read.js';
import { BoardPast, RecordedBoards } from './board-past.js';
import { carryOut } from './carry-out.js';
import { Dashboard } from './dashboard.js';
import { LaterBoards } from './later-boards.js';
import { processTerminal } from './process-terminal.js';
import { screenRows } from './screen-text.js';
import { keepYoungGenerationSmall } from './small-young-generation.js';
import { warmKillSwitch } from './warm-kill-switch.js';

/** Of a snapshot that no terminal is there for. */
const SNAPSHOT_SIZE = { columns: 120, rows: 40 } as const;

/**
 * Has the terminal until it is quit. What is shown is opened when the first frame stands, so that the
 * kill switch is within reach from then on; a recording is opened before.
 * @throws OperatorError as `open` does
 */
export async function runDashboard(
  open: () => Promise<BoardSource>,
  plan: ScreenPlan,
  call: ScreenCall,
): Promise<LeftScreen> {
  const { io } = call;
  const later = new LaterBoards(unreadBoard(io.nowMs(), plan.intervalMs));
  const source = plan.isReplay ? await open() : later;
  const past = openPast(source, plan, io);
  const ended = new AbortController();
  const dashboard = new Dashboard({
    ...{ source, plan, io, past },
    terminal: processTerminal(),
    carryOut: (screen) => carryOut({ source, call, signal: ended.signal }, screen),
  });
  try {
    const status = await dashboard.run(async () => {
      keepYoungGenerationSmall();
      void warmKillSwitch(call);
      if (source === later) await later.become(await open());
    });
    return { status, board: source.board() };
  } finally {
    ended.abort();
    past.close();
    await source.close();
  }
}

function openPast(source: BoardSource, { record }: ScreenPlan, io: CommandIo): BoardPast {
  if (source instanceof RecordedBoards) return source.past;
  if (record === null) return new BoardPast(new BoardRing(textCompression));
  const head = { writtenAtMs: io.nowMs() };
  return new BoardPast(
    new BoardRing(textCompression),
    (onEnd) => new BoardRecorder(record, head, { onEnd }),
  );
}

/** One screen, once everything was read or could not be, at most three seconds later. */
export async function screenText(
  source: BoardSource,
  plan: ScreenPlan,
  io: CommandIo,
): Promise<string> {
  await whenRead(source, ({ control, figures, streams, stages }) => [
    control,
    figures,
    streams,
    stages,
  ]);
  const board = source.board();
  const size = io.stdoutIsTTY ? io.terminalSize() : SNAPSHOT_SIZE;
  const self = { cpuFraction: null, rssBytes: process.memoryUsage.rss(), droppedFrames: 0 };
  const frame = {
    size,
    nowMs: plan.isReplay ? board.atMs : io.nowMs(),
    self: { ...self, beat: true, snapshotsMs: 0, isRecording: false },
  };
  return `${screenRows(board, initialUi(plan), frame).join('\n')}\n`;
}
