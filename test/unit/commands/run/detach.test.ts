import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../../../src/commands/command-io.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import { startAndWait, upText } from '../../../../src/commands/run/detach.js';
import { launchAgain, launchOf } from '../../../../src/commands/run/launch.js';
import { StopRequest } from '../../../../src/commands/run/stop-request.js';
import type { EngineLaunch } from '../../../../src/engine/ports/engine-client.js';
import type { EnginePhase } from '../../../../src/engine/ports/engine-status.js';
import { systemView } from '../../../../src/view/system-view.js';
import { systemViewJson } from '../../../../src/view/view-json.js';
import { fakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeDetached } from '../../../fakes/fake-detached-child.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';
import { answering, fakeOperator } from '../../../fakes/fake-operator-ports.js';

const LAUNCH: EngineLaunch = { words: ['run'], cwd: '/w', env: {}, detached: false };
const PID = 4182;

const viewAt = (phase: EnginePhase, pid = PID) =>
  systemViewJson(systemView(fakeEngineStatus({ phase, pid })));

async function start(
  child: ReturnType<typeof fakeDetached>,
  operator: ReturnType<typeof fakeOperator>,
  {
    io = fakeCommandIo(),
    timeoutMs = 1_000,
  }: { io?: ReturnType<typeof fakeCommandIo>; timeoutMs?: number } = {},
) {
  const ports = await operator.operator(new ParsedOptions({}), io);
  return startAndWait(child, LAUNCH, { ports, io, stop: new StopRequest(io), timeoutMs });
}

describe('startAndWait', () => {
  it('waits until the engine of this start runs, and leaves it alone then', async () => {
    let asked = 0;
    const phases: readonly EnginePhase[] = ['starting', 'recovering', 'running'];
    const operator = fakeOperator({}, () => {
      asked += 1;
      // First nobody answers, then the engine that ran before.
      if (asked === 1) return { state: 'silent', why: 'not open yet', pid: PID };
      if (asked === 2) return answering(viewAt('running', 7))();
      return answering(viewAt(phases[asked - 3] ?? 'running'))();
    });
    const child = fakeDetached(PID);
    expect(await start(child, operator)).toMatchObject({
      state: 'up',
      view: { word: expect.any(String) },
    });
    expect(asked).toBe(5);
    expect(child.calls).toEqual(['release']);
  });

  it('says that an engine recovers that takes longer than the wait', async () => {
    const operator = fakeOperator({}, answering(viewAt('recovering')));
    const up = await start(fakeDetached(PID), operator);
    if (up.state !== 'up') throw new Error(up.state);
    expect(upText(up.view, '/s')).toContain(
      `pid ${PID} in the background, recovering: it takes no`,
    );
  });

  it('passes on what the engine printed instead of starting, and its status', async () => {
    const io = fakeCommandIo();
    const child = fakeDetached(PID, [null, 6], { said: 'error CDB-E0202: \u001b[2Jtaken\n' });
    expect(await start(child, fakeOperator(), { io })).toEqual({ state: 'ended', status: 6 });
    expect(io.err.join('')).toBe('error CDB-E0202: \\x1b[2Jtaken\n');
    expect(io.out).toEqual([]);
  });

  it('prints the words of an engine that had nothing to do', async () => {
    const io = fakeCommandIo();
    const child = fakeDetached(PID, [0], { said: 'run r is finished\n' });
    expect(await start(child, fakeOperator(), { io })).toEqual({ state: 'ended', status: 0 });
    expect(io.out.join('')).toBe('run r is finished\n');
  });

  it('gives up with exit 7 on an engine that does not answer, and lets it go on', async () => {
    const child = fakeDetached(PID);
    await expect(start(child, fakeOperator())).rejects.toMatchObject({
      code: 'CDB-E0708',
      exit: 7,
      why: expect.stringContaining('it goes on with its start'),
    });
    expect(child.calls).toEqual(['release']);
  });

  it('ends the engine when whoever waits is interrupted', async () => {
    const io = fakeCommandIo();
    const operator = fakeOperator({}, () => {
      io.stop('SIGINT');
      return { state: 'absent' };
    });
    const child = fakeDetached(PID);
    expect(await start(child, operator, { io })).toEqual({ state: 'taken back', status: 130 });
    expect(child.calls).toEqual(['terminate']);
    expect(io.err.join('')).toContain(`pid ${PID} has ended; nothing runs`);
  });

  it('says so when the interrupted engine does not end at once', async () => {
    const io = fakeCommandIo();
    const operator = fakeOperator({}, () => {
      io.stop('SIGTERM');
      return { state: 'absent' };
    });
    const child = fakeDetached(PID, [null], { endsWhenAsked: false });
    expect(await start(child, operator, { io })).toEqual({ state: 'taken back', status: 143 });
    expect(io.err.join('')).toContain(`pid ${PID} still ends`);
  });

  it('does not care whether its reader has gone', async () => {
    const io = fakeCommandIo();
    const operator = fakeOperator({}, () => {
      io.stop('EPIPE');
      return answering(viewAt('running'))();
    });
    expect(await start(fakeDetached(PID), operator, { io })).toMatchObject({ state: 'up' });
  });
});

describe('launchOf', () => {
  const io = (env: CommandIo['env']) => fakeCommandIo({ env });
  const options = (...words: readonly string[]) =>
    new ParsedOptions({}, { keys: new Set(), configFlags: [], words });

  it('keeps where an external database is, and nothing of its URL that is a secret', () => {
    const url = 'postgres://ops:hush@db.example:6432/cdb';
    const databaseUrl = { url, origin: { kind: 'env', name: 'CDB_DATABASE_URL' } } as const;
    const kept = launchOf(options('run'), io({ CDB_DATABASE_URL: url }), { databaseUrl });
    expect(kept.database).toBe('db.example:6432/cdb');
    expect(JSON.stringify(kept)).not.toContain('hush');
  });

  it('keeps flags and settings, not what belongs to the terminal, and no secret', () => {
    const env = { CDB_RUN_SEED: '7', CDB_DATABASE_URL: 'postgres://a:hush@b', HOME: '/h' };
    const call = options('run', '--timeout=5000ms', '--paper', '--detach', '--restart');
    expect(launchOf(call, io(env), {})).toEqual({
      words: ['run', '--paper', '--restart'],
      cwd: '/nowhere',
      env: { CDB_RUN_SEED: '7' },
      detached: false,
    });
  });

  it('knows an engine in the background, and asks for a new run only once', () => {
    const launch = launchOf(options('run', '--restart'), io({ CDB_DETACHED: '1' }), {});
    expect(launchAgain(launch)).toMatchObject({ words: ['run'], detached: true });
  });
});
