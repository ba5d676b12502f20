import { join } from 'node:path';
import { acquireEngineLock, liveHolder } from '../../adapters/files/engine-lock.js';
import {
  createStateRoot,
  refuseFileAsState,
  stateDirectory,
} from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { CommandIo } from '../../commands/command-io.js';
import { configLocation } from '../../commands/config-location.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import type { SoakPlace } from '../../commands/soak/soak-services.js';
import { locateStateDir } from '../../config/state-dir.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { openDoctor } from '../doctor/open-doctor.js';
import { soakFiles } from './soak-files.js';
import { soakSource } from './soak-source.js';

export async function soakPlace(options: ParsedOptions, io: CommandIo): Promise<SoakPlace> {
  const state = stateDirectory(await locateStateDir(configLocation(options, io)));
  refuseFileAsState(state);
  const lockPath = join(state.root, 'soak', 'recorder.lock');
  const clock = systemClock();
  return {
    ...soakFiles(state),
    stateDir: state.root,
    clock,
    recorder: () => liveHolder(lockPath),
    lock: async () => {
      createStateRoot(state);
      makeDirectories(join(state.root, 'soak'), 0o700);
      try {
        return await acquireEngineLock(lockPath, { socketPath: '', mode: 'soak' }, clock);
      } catch (fault) {
        if (!(fault instanceof OperatorError) || fault.code !== 'CDB-E0202') throw fault;
        throw alreadyRecorded(state.root, liveHolder(lockPath)?.pid ?? null, fault);
      }
    },
    source: async () => soakSource(state, await openDoctor(options.forOther(), io)),
  };
}

/** Two that record write two lines for each hour. */
function alreadyRecorded(root: string, pid: number | null, cause: OperatorError): OperatorError {
  return new OperatorError({
    code: 'CDB-E0740',
    what: `Cannot record a soak in the state directory "${root}": somebody does already`,
    why: pid === null ? 'its lock can not be read' : `process ${pid} records`,
    todo: 'cdb soak status; leave it to that one, or end it first',
    exit: EXIT.CONFLICT,
    cause,
  });
}
