import { existsSync } from 'node:fs';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { ReadableLog } from '../../commands/operator-ports.js';
import { streamsDirectory } from '../engine/places.js';

/** @returns null when nothing was ever published there */
export async function withStreamFiles<T>(
  stateDir: string,
  work: (log: ReadableLog) => Promise<T>,
): Promise<T | null> {
  const directory = streamsDirectory(stateDirectory(stateDir));
  if (!existsSync(directory)) return null;
  const log = openLocalEventLog(directory, { clock: systemClock(), readOnly: true });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
