import type { Stoppable } from '../../engine/control/stop-outcome.js';
import type { ControlPlace } from '../../engine/ports/control-places.js';
import type { EngineProcess } from '../../engine/ports/engine-client.js';
import { lockedEngine } from './engine-lock.js';
import { fileFault } from './file-fault.js';
import { latchPlace } from './latch-file.js';
import { createStateRoot, isEmptyState, stateDirectory } from './state-directory.js';

/** The part of the control register that lives in the state directory. */
export interface LocalRegister {
  readonly places: readonly (ControlPlace & Stoppable)[];
  readonly engine: EngineProcess;
  isStateEmpty(): boolean;
  /** Throws DependencyError. */
  createStateDir(): void;
}

export function localRegister(directory: string): LocalRegister {
  const state = stateDirectory(directory);
  return {
    places: [latchPlace(state.control)],
    engine: lockedEngine(state.engineLock),
    isStateEmpty: () => isEmptyState(state),
    createStateDir: () => {
      try {
        createStateRoot(state);
      } catch (fault) {
        throw fileFault(`Cannot create the state directory "${state.root}"`, fault);
      }
    },
  };
}
