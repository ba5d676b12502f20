import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import type { EventLog } from '../../src/engine/ports/event-log.js';
import { eventLogContract } from './event-log.contract.js';

const SIZES = { 'files, default segments': undefined, 'files, tiny segments': 512 };

for (const [name, segmentBytesMax] of Object.entries(SIZES)) {
  eventLogContract(name, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cdb-log-'));
    const open = (): EventLog =>
      openLocalEventLog(directory, {
        clock: systemClock(),
        ...(segmentBytesMax === undefined ? {} : { segmentBytesMax }),
      });
    const opened = [open()];
    return {
      log: opened[0]!,
      reopen: async () => {
        await opened.at(-1)?.close();
        opened.push(open());
        return opened.at(-1)!;
      },
      end: async () => {
        await opened.at(-1)?.close();
        rmSync(directory, { recursive: true });
      },
    };
  });
}
