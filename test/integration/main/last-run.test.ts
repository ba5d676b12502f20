import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalEventLog } from '../../../src/adapters/files/local-event-log.js';
import { openRunRegistry } from '../../../src/adapters/files/run-registry.js';
import {
  prepareStateDirectory,
  stateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { Spool } from '../../../src/engine/spool.js';
import { operatorPorts } from '../../../src/main/operator/operator-ports.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

const RUN = {
  ...{ runId: 'run-1', identity: 'i', mode: 'paper', feed: 'sample', seed: 1 },
  ...{ codeVersion: '1', configHash: 'c', startedAtMs: 5 },
} as const;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cdb-last-run-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

test.each([
  ['committed all', 0, 0],
  ['crashed', null, 1],
])('a run that %s has that much waiting in its spool', async (_, seqCommitted, waiting) => {
  const state = stateDirectory(root);
  prepareStateDirectory(state);
  const runs = openRunRegistry(state.runs);
  runs.add(RUN);
  runs.update(RUN.runId, { seqCommitted });
  const log = openLocalEventLog(state.spool, { clock: systemClock() });
  const spool = new Spool(log);
  const batch = { seqFirst: 1, seqLast: 1, digest: '', outputs: [], arrivedAtMs: 1 };
  await spool.add(batch);
  // The newest file stays as it is: its batch is still there to be read.
  if (seqCommitted !== null) await spool.dropOldest(batch);
  await log.close();
  const configFlags = [{ key: 'stateDir', flag: '--state-dir', text: root }];
  const ports = await operatorPorts(
    new ParsedOptions({}, { keys: new Set(['config', 'envFile']), configFlags }),
    fakeCommandIo(),
  );
  expect(await ports.lastRun()).toMatchObject({ seqCommitted, spoolBatches: waiting });
});
