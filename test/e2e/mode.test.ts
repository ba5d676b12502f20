import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRunningPostgres } from '../../src/adapters/embedded/embedded-postgres.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { query, until } from '../integration/embedded/embedded-fixture.js';

const SHADOW = ['run', '--shadow', '--feed', 'sample', '--speed', '100'];

let place: Workplace;
let engine: EngineProcess;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

async function rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const running = findRunningPostgres(place.stateDir);
  return running === null ? [] : await query(running.connection, sql);
}

describe('the mode of a running engine', () => {
  it('changes without a restart, is audited, and fills the book of its own', async () => {
    engine = place.start(SHADOW);
    await engine.says(/ risk +ALLOW /);
    expect((await place.run(['fills'])).stdout).not.toMatch(/BTCUSDT/);
    const paper = await place.run(['mode', 'set', 'paper', '--yes', '--reason', 'week two']);
    expect(paper.status, paper.stderr).toBe(0);
    expect(paper.stdout).toMatch(/^MODE paper {3}was shadow/);
    expect(paper.stdout).toContain('decides in paper (pid ');
    await until('fills are real', async () => (await rows('SELECT 1 FROM trades')).length > 0);
    const shown = await place.run(['mode', 'show', '--json']);
    const { data } = JSON.parse(shown.stdout) as { data: Record<string, unknown> };
    expect(data).toMatchObject({ mode: 'paper', verdict: 'AS ASKED', engine: { mode: 'paper' } });

    const shadow = await place.run(['mode', 'set', 'shadow']);
    expect(shadow.status, shadow.stderr).toBe(0);
    await until('the change is on record', async () => {
      const all = await rows('SELECT mode, message FROM control_events ORDER BY id');
      return all.map(({ mode }) => mode).join(' ') === 'shadow paper shadow';
    });
    const [first] = await rows("SELECT message FROM control_events WHERE mode = 'paper'");
    expect(first?.['message']).toBe('mode shadow to paper: week two');
    // The venue's name, whatever mode the run was started in.
    expect(await rows('SELECT DISTINCT exchange FROM trades')).toEqual([{ exchange: 'paper' }]);
    engine.kill('SIGINT');
    expect((await engine.ended).status).toBe(130);
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('is shadow under a flag that is misspelled, whatever the start asks for', async () => {
    const paper = ['run', '--paper', '--feed', 'sample', '--speed', '100'];
    engine = place.start(paper, { env: { DRY_RUN: 'True' } });
    await engine.says(/ order +REFUSED .*shadow mode/);
    expect(engine.stderr).toContain('mode shadow instead of paper: DRY_RUN is "True"');
    const shown = await place.run(['mode', 'show']);
    // Those of this terminal would allow it, and are none of the engine's.
    expect(shown.stdout).toContain('MODE shadow   NO-GO (asked for: paper)');
    expect(shown.stdout).toMatch(/engine +decides in shadow/);
    expect(shown.stdout).toMatch(/flags of +the engine \(pid \d+\)/);
    const canary = await place.run(['canary', 'status']);
    expect(canary.stdout).toMatch(/^flags +FAILED +.*DRY_RUN is "True"/m);
    expect(await rows('SELECT 1 FROM trades')).toEqual([]);
  });

  it('refuses canary and live with all that is missing, and changes nothing', async () => {
    const live = { TRADING_MODE: 'live', LIVE_TRADING_CONFIRMED: 'yes', MOCK_TRADING: 'false' };
    const all = { ...live, CONFIRM_LIVE_TRADING: 'true', DRY_RUN: 'false', MEXC_TESTNET: 'false' };
    engine = place.start(SHADOW, { env: all });
    await engine.says(/ risk +ALLOW /);
    const words = ['mode', 'set', 'live', '--yes', '--confirm', 'shadow/live', '--reason', 'x'];
    const refused = await place.run(words);
    expect(refused.status).toBe(5);
    expect(refused.stdout).toMatch(/^adapter +FAILED/m);
    expect(refused.stdout).toMatch(/^flags +OK/m);
    expect(refused.stderr).toContain('CDB-E0312');
    expect((await place.run(['kill-switch', 'status'])).stdout).toMatch(/^TRADING {3}shadow/);
  });
});
