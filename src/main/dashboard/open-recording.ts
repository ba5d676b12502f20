import { readBoardRecording } from '../../adapters/files/board-recording.js';
import { textCompression } from '../../adapters/deflate.js';
import type { CommandIo } from '../../commands/command-io.js';
import { BoardRing, REPLAY_LIMITS } from '../../tui/board-ring.js';
import { RecordedBoards } from './board-past.js';

/** @throws OperatorError for a file that is no recording */
export async function openRecording(path: string, io: CommandIo): Promise<RecordedBoards> {
  const ring = new BoardRing(textCompression, REPLAY_LIMITS);
  const notes = await readBoardRecording(path, (board) => ring.add(board));
  for (const note of notes) io.stderr(`note: ${note}\n`);
  return new RecordedBoards(ring, () => performance.now());
}
