import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { run as paperE2e } from '../../../../src/commands/proof/paper-e2e.js';
import type { ProofEngineServices } from '../../../../src/commands/proof/scratch-run.js';
import { run as shadowProbe } from '../../../../src/commands/proof/shadow-probe.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeDrillServices } from '../../../fakes/fake-drill-services.js';

/** An engine that folds every market to its end and decides nothing. */
function idleEngine() {
  const fake = fakeDrillServices('to its end');
  const services: ProofEngineServices = {
    ...fake.services,
    replaceFile: () => Promise.resolve(),
    hash: () => Promise.resolve(nodeHash),
  };
  return { ...fake, services };
}

describe('a proof on an engine that does nothing', () => {
  it.each([
    ['paper-e2e', paperE2e, 3, /valid signal: no signal was decided; drawdown 99: no signal/],
    ['shadow-probe', shadowProbe, 1, /no order was requested, so nothing was refused/],
  ] as const)('%s fails, and is kept as failed', async (kind, prove, places, why) => {
    const { services, proofs, removed, state } = idleEngine();
    const io = fakeCommandIo();
    expect(await prove(new ParsedOptions({ write: true }), io, services)).toBe(1);
    expect(io.out.join('')).toMatch(why);
    expect(removed).toHaveLength(places);
    expect(proofs).toMatchObject([
      { kind, passed: false, why: expect.stringMatching(why) as string },
    ]);
    expect(state.ledger.map(({ event }) => event)).toMatchObject([
      {
        kind: 'proof',
        action: `proof ${kind} FAILED`,
        details: { verdict: 'FAIL', proof_kind: kind },
      },
    ]);
  });
});
