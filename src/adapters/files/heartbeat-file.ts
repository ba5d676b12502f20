import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  decodeHeartbeat,
  encodeHeartbeat,
  HEARTBEAT_BYTES,
  type HeartbeatReading,
} from '../../engine/domain/heartbeat.js';
import type { HeartbeatPlace } from '../../engine/ports/heartbeat.js';
import { errnoOf } from '../../operator-error/errno.js';
import { readBounded } from './atomic-file.js';
import { fileFault } from './file-fault.js';

/**
 * Written in place, so that a full disk is no reason to fall silent, and never flushed. All of it is
 * asynchronous: a disk that hangs holds up the beat, not the engine.
 */
export function heartbeatFile(path: string): HeartbeatPlace {
  return {
    read: () => read(path),
    write: async (heartbeat) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
      const file = await open(path, flags, 0o600);
      try {
        await file.write(encodeHeartbeat(heartbeat), 0);
      } finally {
        await file.close();
      }
    },
  };
}

function read(path: string): HeartbeatReading {
  try {
    const file = readBounded(path, HEARTBEAT_BYTES);
    if (file.kind === 'text') return decodeHeartbeat(file.text);
    return { state: 'unreadable', why: `"${path}" is ${file.kind}` };
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault))) return { state: 'absent' };
    return { state: 'unreadable', why: fileFault(`Cannot read "${path}"`, fault).message };
  }
}
