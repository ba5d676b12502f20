import { existsSync } from 'node:fs';
import { readBounded } from '../files/atomic-file.js';
import { rotatedFiles } from '../files/log-file-names.js';
import { RotatingFile } from '../files/rotating-file.js';

const FILE_BYTES_MAX = 512 * 1024;
/** Two files: with one set aside there are always some hours of looks left. */
const FILES_MAX = 2;
const READ_BYTES_MAX = 2 * FILE_BYTES_MAX;

/** Lines of earlier looks, oldest first; what is torn or none of ours is left out. */
export function readSampleLines(path: string): readonly unknown[] {
  const paths = [...rotatedFiles(path).map((file) => file.path), path];
  return paths.flatMap(linesOf).flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return []; // Torn by a crash, or by a full disk: the other lines are as good as before.
    }
  });
}

/** Best effort: a disk that takes nothing loses a look, and no check-up. */
export function addSampleLine(path: string, line: string): void {
  const file = new RotatingFile(path, { fileBytesMax: FILE_BYTES_MAX, filesMax: FILES_MAX });
  try {
    file.own();
    file.write(line);
  } finally {
    file.close();
  }
}

function linesOf(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  try {
    const file = readBounded(path, READ_BYTES_MAX);
    return file.kind === 'text' ? file.text.split('\n') : [];
  } catch {
    return []; // Not ours to read: growth is then judged without it.
  }
}
