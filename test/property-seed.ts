import fc from 'fast-check';

/**
 * Every run draws the same examples, so that a failure is the change's and not the draw's. Other
 * examples: `CDB_PROPERTY_SEED=random`, more of them: `CDB_PROPERTY_RUNS` (what `npm run fuzz` does).
 */
const { CDB_PROPERTY_SEED: seed = '20200222', CDB_PROPERTY_RUNS: runs } = process.env;

fc.configureGlobal({
  ...(seed !== 'random' && { seed: Number(seed) }),
  ...(runs !== undefined && { numRuns: Number(runs) }),
});
