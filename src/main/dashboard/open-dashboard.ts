import { readBoardRecording } from '../../adapters/files/board-recording.js';
import { BoardRecorder } from '../../adapters/files/board-recorder.js';
import { textCompression } from '../../adapters/deflate.js';
import type { CommandIo } from '../../commands/command-io.js';
import type { ScreenCall, ScreenPlan } from '../../commands/dashboard/dashboard-services.js';
import { BoardRing, REPLAY_LIMITS } from '../../tui/board-ring.js';
import { initialUi } from '../../tui/initial-ui.js';
import type { BoardSource } from '../../view/board/board-source.js';
import { whenRead } from '../../view/board/when-read.js';
import { BoardPast, RecordedBoards } from './board-past.js';
import { carryOut } from './carry-out.js';
import { Dashboard } from './dashboard.js';
import { processTerminal } from './process-terminal.js';
import { screenRows } from './screen-text.js';
import { warmKillSwitch } from './warm-kill-switch.js';

/** Of a snapshot that no terminal is there for. */
const SNAPSHOT_SIZE = { columns: 120, rows: 40 } as const;

/** @throws OperatorError for a file that is no recording */
export async function openRecording(path: string, io: CommandIo): Promise<RecordedBoards> {
  const ring = new BoardRing(textCompression, REPLAY_LIMITS);
  const notes = await readBoardRecording(path, (board) => ring.add(board));
  for (const note of notes) io.stderr(`note: ${note}\n`);
  return new RecordedBoards(ring, () => performance.now());
}

/** Has the terminal until it is quit. @returns the exit status */
export async function runDashboard(
  source: BoardSource,
  plan: ScreenPlan,
  call: ScreenCall,
): Promise<number> {
  const { io } = call;
  const past = openPast(source, plan, io);
  const ended = new AbortController();
  void warmKillSwitch(call);
  const dashboard = new Dashboard({
    ...{ source, plan, io, past },
    terminal: processTerminal(),
    carryOut: (screen) => carryOut({ source, call, signal: ended.signal }, screen),
  });
  try {
    return await dashboard.run();
  } finally {
    ended.abort();
    past.close();
  }
}

function openPast(source: BoardSource, { record }: ScreenPlan, io: CommandIo): BoardPast {
  if (source instanceof RecordedBoards) return source.past;
  if (record === null) return new BoardPast(new BoardRing(textCompression));
  const head = { writtenAtMs: io.nowMs(), where: source.board().where };
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
