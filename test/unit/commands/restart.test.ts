import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ParsedOptions, type OptionValue } from '../../../src/commands/parsed-options.js';
import type { DetachServices } from '../../../src/commands/run/detached-child.js';
import { commandByHand } from '../../../src/commands/restart/command-by-hand.js';
import { run } from '../../../src/commands/restart.js';
import type { EngineHolder, EngineLaunch } from '../../../src/engine/ports/engine-client.js';
import { systemView, type SystemView } from '../../../src/view/system-view.js';
import { systemViewJson } from '../../../src/view/view-json.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeDetached } from '../../fakes/fake-detached-child.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';

const OLD_PID = 17;
const NEW_PID = 4182;

let cwd: string;
let launch: EngineLaunch;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-restart-'));
  launch = {
    words: ['run', '--paper', '--restart'],
    cwd,
    env: { CDB_RUN_SEED: '7' },
    detached: true,
  };
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

interface Given {
  /** Null: the lock does not say how the engine was started. */
  readonly kept?: EngineLaunch | null;
  readonly child?: DetachServices;
  readonly view?: SystemView;
  readonly runs?: boolean;
  /** Who holds the lock when the old engine has gone. */
  readonly other?: EngineHolder;
  readonly env?: Readonly<Record<string, string>>;
}

/** An engine that stops when it is asked, and what is started in its place. */
async function restart(options: Record<string, OptionValue> = {}, given: Given = {}) {
  const { kept = launch, child = fakeDetached(NEW_PID), runs = true, other, env = {} } = given;
  const view = given.view ?? systemView(fakeEngineStatus({ pid: NEW_PID }));
  let isOld = runs;
  const holder: EngineHolder = {
    pid: OLD_PID,
    startedAtMs: 5,
    socketPath: '/s',
    ...(kept === null ? {} : { launch: kept }),
  };
  const process = { holder: () => (isOld ? holder : (other ?? null)), signal: () => false };
  const operator = fakeOperator({ process }, ({ path }) => {
    if (path === '/intents') isOld = false;
    return { state: 'answered', status: 200, body: path === '/view' ? systemViewJson(view) : {} };
  });
  const io = fakeCommandIo({ env });
  const services = { ...operator, ...child };
  const status = await run(new ParsedOptions(options), io, services);
  return { status, out: io.out.join(''), err: io.err.join('') };
}

const refused = (...call: Parameters<typeof restart>) =>
  restart(...call).then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error,
  );

describe('cdb restart', () => {
  it.each([
    ['db:5432/cdb', {}, 'would run on one of its own'],
    ['db:5432/cdb', { CDB_DATABASE_URL: 'postgres://o:hush@other/cdb' }, 'on other:5432/cdb'],
    [undefined, { CDB_DATABASE_URL: 'postgres://o:hush@db/cdb' }, 'on the database one of its own'],
  ])('leaves an engine on %s alone where it would go to another database', async (...given) => {
    const [database, env, words] = given;
    const kept = { ...launch, ...(database !== undefined && { database }) };
    const error = await refused({}, { kept, env });
    expect(error).toMatchObject({ code: 'CDB-E0709', why: expect.stringContaining(words) });
    expect(JSON.stringify(error)).not.toContain('hush');
  });

  it('goes on with the same external database', async () => {
    const kept = { ...launch, database: 'db:5432/cdb' };
    const env = { CDB_DATABASE_URL: 'postgres://o:hush@db/cdb' };
    expect((await restart({}, { kept, env })).status).toBe(0);
  });

  it('stops the engine and starts it with the options that it had', async () => {
    const child = fakeDetached(NEW_PID);
    const { status, out, err } = await restart({}, { child });
    expect(status).toBe(0);
    expect(err).toBe(`pid ${OLD_PID}: drained\n`);
    expect(out).toContain(`pid ${NEW_PID} in the background, running`);
    expect(child.launches).toEqual([{ ...launch, words: ['run', '--paper'] }]);
  });

  it('has nothing to do where none runs, says how to start one, and exits 1', async () => {
    const { status, out } = await restart({}, { runs: false });
    expect(status).toBe(1);
    expect(out).toMatch(/^nothing to restart: no engine holds .*\nstart {4}cdb run .* --detach\n$/);
  });

  it.each<readonly [string, Given, number]>([
    ['whose options are not known', { kept: null }, 5],
    [
      'that runs in front',
      { kept: { words: ['run'], cwd: tmpdir(), env: {}, detached: false } },
      5,
    ],
    [
      'whose directory is gone',
      { kept: { words: ['run'], cwd: '/gone', env: {}, detached: true } },
      5,
    ],
  ])('leaves an engine alone %s', async (_, given, exit) => {
    const child = fakeDetached(NEW_PID);
    expect(await refused({}, { ...given, child })).toMatchObject({ code: 'CDB-E0709', exit });
    expect(child.launches).toEqual([]);
  });

  it('takes an engine from the front to the background when that is asked for', async () => {
    const { status } = await restart({ detach: true }, { kept: { ...launch, detached: false } });
    expect(status).toBe(0);
  });

  it('does not stop an engine that could not read its configuration any more', async () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'metrics:\n  prot: 1\n');
    expect(await refused()).toMatchObject({ code: 'CDB-E0101', exit: 3 });
  });

  it('says loudly that nothing runs when the new one does not start', async () => {
    const child = fakeDetached(NEW_PID, [4], { said: 'error CDB-E0405: disk full\n' });
    const error = await refused({}, { child });
    expect(error).toMatchObject({
      code: 'CDB-E0710',
      exit: 4,
      what: expect.stringMatching(/^NO ENGINE RUNS NOW/),
      todo: expect.stringContaining(`cd ${cwd} && CDB_RUN_SEED=7 cdb run --paper --detach`),
    });
  });

  it('does not say so when somebody else has started one meanwhile', async () => {
    const other = { pid: 99, startedAtMs: 6, socketPath: '/s' };
    expect(await refused({}, { child: fakeDetached(NEW_PID, [6]), other })).toMatchObject({
      code: 'CDB-E0202',
      exit: 6,
      what: expect.stringMatching(/^An engine runs \(pid 99\)/),
    });
  });

  it('says the same when the system does not let it start', async () => {
    const child = {
      ...fakeDetached(NEW_PID),
      startDetached: () => Promise.reject(new Error('EAGAIN')),
    };
    expect(await refused({}, { child })).toMatchObject({ code: 'CDB-E0710', why: 'EAGAIN' });
  });

  it('waits until effects flow, or names the reasons with exit 7', async () => {
    expect((await restart({ waitHealthyMs: 500 })).status).toBe(0);
    const halted = fakeEngineStatus({ pid: NEW_PID });
    const view = systemView({ ...halted, control: { ...halted.control, level: 'HALTED' } });
    expect(view.word).toBe('HALTED');
    const error = await refused({ waitHealthyMs: 500 }, { view });
    expect(error).toMatchObject({ code: 'CDB-E0711', exit: 7 });
    expect(error).toMatchObject({ why: expect.stringMatching(/it is HALTED\nlevel is HALTED/) });
  });

  it('passes on how an engine ended while its effects were waited for', async () => {
    const child = fakeDetached(NEW_PID, [null, 70]);
    const error = await refused({ waitHealthyMs: 500 }, { child });
    expect(error).toMatchObject({ code: 'CDB-E0711', exit: 70 });
  });
});

it('commandByHand is a line that a shell reads as it was', () => {
  const given = { words: ['run', `--feed=a 'b'.csv`], cwd: '/w x', env: { CDB_RUN_SEED: '7' } };
  expect(commandByHand({ ...given, detached: true })).toBe(
    String.raw`cd '/w x' && CDB_RUN_SEED=7 cdb run '--feed=a '\''b'\''.csv' --detach`,
  );
});
