import type { DrillServices } from '../../src/commands/kill-switch/drill-ports.js';
import type { EngineHandle } from '../../src/commands/services.js';
import { fakeEngineStatus } from './fake-engine-status.js';
import { fakeKillSwitch } from './fake-kill-switch.js';

/**
 * What a command that runs an engine of its own is called with, in memory: the engine decides
 * nothing, and its place is gone after `removed` has it.
 * @param runs whether the engine ends by itself, or once it is stopped
 */
export function fakeDrillServices(runs: 'to its end' | 'until stopped') {
  const state = fakeKillSwitch(null);
  const proofs: unknown[] = [];
  const removed: string[] = [];
  let nowMs = 0;
  let end: (reason: 'stopped') => void = () => undefined;
  const engine: EngineHandle = {
    ...{ runId: 'r', continued: false, status: fakeEngineStatus, obeys: () => false },
    start: () =>
      runs === 'to its end' ? Promise.resolve('finished') : new Promise((done) => (end = done)),
    stop: () => {
      end('stopped');
    },
    close: () => Promise.resolve(),
  };
  const services: DrillServices = {
    killSwitch: (stateDir) => state.killSwitch(stateDir),
    sharedPlaces: (options, io) => state.sharedPlaces(options, io),
    hostFacts: () => Promise.resolve({ cores: 2 }),
    saveProof: (stateDir, name, proof) => {
      proofs.push(proof);
      return Promise.resolve({ path: `${stateDir}/proofs/${name}`, sha256: 'ab' });
    },
    openEngine: () => Promise.resolve({ state: 'ready', engine }),
    withStreamFiles: () => Promise.resolve(null),
    drillPlace: () =>
      Promise.resolve({
        stateDir: '/scratch/state',
        hostMs: () => nowMs,
        sleep: (ms) => {
          nowMs += ms;
          return Promise.resolve();
        },
        engage: () => Promise.reject(new Error('nothing to stop')),
        remove: () => {
          removed.push('/scratch');
        },
      }),
  };
  return { services, proofs, removed, state };
}
