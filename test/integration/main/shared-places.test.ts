import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { sharedPlaces } from '../../../src/main/operator/shared-places.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

/** Nobody listens there, and nobody is asked. */
const NOWHERE = 'redis://127.0.0.1:1/0';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-places-'));
  writeFileSync(join(cwd, 'cdb.yaml'), 'no: such: thing\n');
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

async function look(env: Readonly<Record<string, string>>, envFile?: string) {
  const io = fakeCommandIo({ cwd, env: { HOME: cwd, ...env } });
  const options = new ParsedOptions(envFile === undefined ? {} : { envFile });
  const { places, notes } = await sharedPlaces(options, io);
  await Promise.all(places.map((place) => place.close()));
  return { names: places.map(({ name }) => name), notes };
}

it('looks at the file of --env-from beside a configuration that nobody can read', async () => {
  writeFileSync(join(cwd, 'secrets.env'), `CDB_REDIS_URL=${NOWHERE}\n`, { mode: 0o600 });
  const { names, notes } = await look({}, 'secrets.env');
  expect(names).toEqual(['Redis']);
  expect(notes).toEqual([expect.stringMatching(/^the configuration can't be read/)]);
});

it('has the variables where that file is not there either, and says that there may be more', async () => {
  const { names, notes } = await look({ CDB_REDIS_URL: NOWHERE }, 'gone.env');
  expect([names, notes.length]).toEqual([['Redis'], 1]);
});
