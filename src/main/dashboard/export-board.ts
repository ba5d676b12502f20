import { join } from 'node:path';
import { writeNewFile } from '../../adapters/files/new-file.js';
import type { Board } from '../../view/board/board.js';
import { boardDocument } from '../../view/board/wire.js';

const ELSEWHERE = 'press x again, a second later';

/**
 * What the screen shows, as text and as data that `--replay` opens.
 * @returns the names of both files
 * @throws OperatorError when they can't be written
 */
export async function exportBoard(
  directory: string,
  board: Board,
  { rows, nowMs }: { readonly rows: readonly string[]; readonly nowMs: number },
): Promise<readonly string[]> {
  const time = new Date(nowMs)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  const name = `cdb-snap-${time}`;
  const texts = { txt: `${rows.join('\n')}\n`, json: `${boardDocument(board)}\n` };
  for (const [kind, text] of Object.entries(texts)) {
    await writeNewFile(join(directory, `${name}.${kind}`), [text], ELSEWHERE);
  }
  return Object.keys(texts).map((kind) => `${name}.${kind}`);
}
