import { readFileSync } from 'node:fs';

const TICKS_PER_SEC = 100;
const PAGE_BYTES = 4096;

export interface ProcessFigures {
  readonly cpuSec: number;
  readonly rssBytes: number;
}

/** Of one process with all its threads, without its children. Null when it has ended. */
export function processFigures(pid: number): ProcessFigures | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      cpuSec: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC,
      rssBytes: Number(fields[21]) * PAGE_BYTES,
    };
  } catch (fault) {
    if (['ENOENT', 'ESRCH'].includes((fault as NodeJS.ErrnoException).code ?? '')) return null;
    throw fault;
  }
}

export function livingFigures(pid: number): ProcessFigures {
  const figures = processFigures(pid);
  if (figures === null) throw new Error(`process ${pid} has ended`);
  return figures;
}
