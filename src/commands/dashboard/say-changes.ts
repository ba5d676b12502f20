import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';
import { changeSentences, overviewSentences } from '../../view/board/sentences.js';
import { whenRead } from '../../view/board/when-read.js';
import { plainText } from '../../view/plain-text.js';
import type { CommandIo } from '../command-io.js';
import { orAborted } from '../follow/or-aborted.js';
import type { Services } from '../services.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';

/** Nobody can listen faster. */
const SENTENCE_MS = 5_000;

/** One sentence for each change, and never a second one within five seconds. */
export async function sayChanges(
  source: BoardSource,
  io: CommandIo,
  pause: Services['pause'],
): Promise<number> {
  const stop = new StopRequest(io);
  const say = async (text: string) => {
    if (!io.stdout(`${plainText(text)}\n`)) await orAborted(io.stdoutDrained(), stop.signal);
  };
  const listen = async (): Promise<number> => {
    await whenRead(
      source,
      ({ control, figures, stages }) => [control, figures, stages],
      stop.signal,
    );
    let heard: Board = source.board();
    for (const sentence of overviewSentences(heard)) await say(sentence);
    for (;;) {
      await pause(SENTENCE_MS, stop.signal);
      if (stop.cause !== null) return EXIT_OF[stop.cause];
      const board = source.board();
      const [worst, ...others] = changeSentences(heard, board);
      if (worst === undefined) continue;
      heard = board;
      await say(others.length === 0 ? worst : `${worst} And ${others.length} more.`);
    }
  };
  try {
    return await stop.orForced(listen());
  } finally {
    stop.forget();
  }
}
