import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { run as paperE2e } from '../../../../src/commands/proof/paper-e2e.js';
import type { ProofEngineServices } from '../../../../src/commands/proof/scratch-run.js';
import { run as shadowProbe } from '../../../../src/commands/proof/shadow-probe.js';
import type { EngineHandle } from '../../../../src/commands/services.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';
import { fakeKillSwitch } from '../../../fakes/fake-kill-switch.js';

/** An engine that folds every market to its end and decides nothing. */
function idleEngine() {
  const state = fakeKillSwitch(null);
  const proofs: unknown[] = [];
  const removed: string[] = [];
  const engine: EngineHandle = {
    ...{ runId: 'r', continued: false, status: fakeEngineStatus, obeys: () => false },
    start: () => Promise.resolve('finished'),
    stop: () => undefined,
    close: () => Promise.resolve(),
  };
  const services: ProofEngineServices = {
    killSwitch: (stateDir) => state.killSwitch(stateDir),
    sharedPlaces: (options, io) => state.sharedPlaces(options, io),
    hostFacts: () => Promise.resolve({ cores: 2 }),
    saveProof: (stateDir, name, proof) => {
      proofs.push(proof);
      return Promise.resolve({ path: `${stateDir}/proofs/${name}`, sha256: 'ab' });
    },
    openEngine: () => Promise.resolve({ state: 'ready', engine }),
    withStreamFiles: () => Promise.resolve(null),
    replaceFile: () => Promise.resolve(),
    hash: () => Promise.resolve(nodeHash),
    drillPlace: () =>
      Promise.resolve({
        stateDir: '/scratch/state',
        hostMs: () => 0,
        sleep: () => Promise.resolve(),
        engage: () => Promise.reject(new Error('nobody asked')),
        remove: () => {
          removed.push('/scratch');
        },
      }),
  };
  return { services, proofs, removed, ledger: state.ledger };
}

describe('a proof on an engine that does nothing', () => {
  it.each([
    ['paper-e2e', paperE2e, 3, /valid signal: no signal was decided; drawdown 99: no signal/],
    ['shadow-probe', shadowProbe, 1, /no order was requested, so nothing was refused/],
  ] as const)('%s fails, and is kept as failed', async (kind, prove, places, why) => {
    const { services, proofs, removed, ledger } = idleEngine();
    const io = fakeCommandIo();
    expect(await prove(new ParsedOptions({ write: true }), io, services)).toBe(1);
    expect(io.out.join('')).toMatch(why);
    expect(removed).toHaveLength(places);
    expect(proofs).toMatchObject([
      { kind, passed: false, why: expect.stringMatching(why) as string },
    ]);
    expect(ledger.map(({ event }) => event)).toMatchObject([
      {
        kind: 'proof',
        action: `proof ${kind} FAILED`,
        details: { verdict: 'FAIL', proof_kind: kind },
      },
    ]);
  });
});
