import { describe, expect, it } from 'vitest';
import { run as set } from '../../../src/commands/mode/set.js';
import { run as show } from '../../../src/commands/mode/show.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { LIVE_FLAGS } from '../../../src/engine/control/mode-flags.js';
import type { Mode } from '../../../src/engine/domain/control.js';
import type { LedgerEvent } from '../../../src/engine/domain/ledger.js';
import {
  ChangedMeanwhile,
  DependencyError,
  type OperatorError,
} from '../../../src/operator-error.js';
import { fakeGate } from '../../fakes/fake-delivery-gate.js';
import { modeBench, NOW_MS, openingOf, SHADOW, type Asked } from './mode-bench.js';

async function setMode(mode: Mode, asked: Asked = {}) {
  const parts = modeBench(asked);
  const options = new ParsedOptions({ mode, ...asked.values });
  const status = await set(options, parts.io, parts.services);
  return { ...parts, status, out: parts.io.out.join('') };
}

describe('cdb mode set', () => {
  it('goes to shadow without asking, register first, and tells the engine', async () => {
    const paper = { ...SHADOW, mode: 'paper' as const, epoch: 4 };
    const done = await setMode('shadow', { record: paper, engineMode: 'shadow' });
    expect(done.status).toBe(0);
    expect(done.order).toEqual(['register', 'ledger']);
    expect(done.after()).toMatchObject({ mode: 'shadow', epoch: 5, level: 'TRADING' });
    expect(done.events).toMatchObject([
      { kind: 'mode', action: 'mode set', details: { from: 'paper', to: 'shadow', epoch: 5 } },
    ]);
    expect(done.fake.asked).toMatchObject([{ body: { intent: 'mode', epoch: 5 } }]);
    expect(done.out).toContain('MODE shadow   was paper   epoch 5');
  });

  it('goes to shadow although somebody else writes at that moment', async () => {
    const paper = { ...SHADOW, mode: 'paper' as const, epoch: 4 };
    const parts = modeBench({ record: paper });
    parts.fake.fault = new ChangedMeanwhile('the latch', { dependency: 'state directory' });
    const status = await set(new ParsedOptions({ mode: 'shadow' }), parts.io, parts.services);
    expect([status, parts.after()?.mode]).toEqual([0, 'shadow']);
    expect(parts.order).toEqual(['register', 'register', 'ledger']);
  });

  it('takes no other fault for that, whatever its words', async () => {
    const parts = modeBench({ record: { ...SHADOW, mode: 'paper' } });
    parts.fake.fault = new DependencyError('read-only, changed in the meantime', {
      ...{ dependency: 'state directory', retryable: true },
    });
    const done = set(new ParsedOptions({ mode: 'shadow' }), parts.io, parts.services);
    await expect(done).rejects.toMatchObject({ code: 'CDB-E0314', exit: 4 });
    expect(parts.order).toEqual(['register']);
  });

  it('goes to shadow even where the ledger takes nothing, and says so', async () => {
    const record = { ...SHADOW, mode: 'paper' as const };
    const done = await setMode('shadow', { record, ledgerFails: true });
    expect([done.status, done.after()?.mode]).toEqual([4, 'shadow']);
    expect(done.io.err.join('')).toContain('it is not in the ledger: disk full');
  });

  it('goes to paper after a yes, ledger first, and keeps a halt', async () => {
    const record = { ...SHADOW, level: 'HALTED' as const };
    const values = { yes: true, reason: 'second week' };
    const done = await setMode('paper', { record, values, engineMode: 'paper' });
    expect(done.order).toEqual(['ledger', 'register']);
    expect(done.after()).toMatchObject({ mode: 'paper', level: 'HALTED', epoch: 2 });
    expect(done.events).toMatchObject([{ why: 'second week' }]);
  });

  it('does not go to paper without a yes, or without a ledger entry', async () => {
    await expect(setMode('paper')).rejects.toMatchObject({ code: 'CDB-E0322', exit: 5 });
    const values = { yes: true };
    await expect(setMode('paper', { values, ledgerFails: true })).rejects.toMatchObject({
      code: 'CDB-E0315',
      exit: 4,
    });
  });

  it('says on record that it did not go to paper where the register can not be written', async () => {
    const parts = modeBench({});
    let nowMs = 5_000;
    const io = { ...parts.io, nowMs: () => (nowMs += 1) };
    parts.fake.fault = new DependencyError('disk full', {
      ...{ dependency: 'state directory', retryable: false },
    });
    const done = set(new ParsedOptions({ mode: 'paper', yes: true }), io, parts.services);
    await expect(done).rejects.toMatchObject({ code: 'CDB-E0314', exit: 4 });
    const [first, second] = parts.events;
    expect(second).toMatchObject({
      ...{ kind: 'mode', action: `${first?.action ?? ''}: not done`, who: first?.who },
      why: expect.stringContaining('the latch file was not written: disk full') as string,
      details: { ...first?.details, saidAtMs: first?.atMs },
    });
    expect(second?.atMs).toBeGreaterThan(first?.atMs ?? Infinity);
    expect(parts.events).toHaveLength(2);
  });

  it('does not go to paper under flags that say anything else', async () => {
    const values = { yes: true };
    await expect(
      setMode('paper', { values, env: { TRADING_MODE: 'papre' } }),
    ).rejects.toMatchObject({ code: 'CDB-E0310', exit: 5 });
    await expect(setMode('paper', { values, env: LIVE_FLAGS })).rejects.toMatchObject({
      code: 'CDB-E0310',
    });
  });

  it('judges by the flags of the engine that runs, not by those of this terminal', async () => {
    const values = { yes: true };
    const staged = { TRADING_MODE: 'staged' };
    const done = await setMode('paper', { values, env: staged, engineMode: 'paper' });
    expect([done.status, done.after()?.mode]).toEqual([0, 'paper']);
    for (const engineEnv of [staged, null]) {
      const refused = setMode('paper', { values, engineMode: 'shadow', engineEnv });
      await expect(refused).rejects.toMatchObject({ code: 'CDB-E0310', exit: 5 });
    }
  });

  it('does not go to paper while a canary runs or has left something, and names the way', async () => {
    const session = { phase: 'ended', symbol: 'BTCUSDT', heldQty: '0.00200000' };
    const refusal = (said: unknown) =>
      setMode('paper', { values: { yes: true }, engineMode: 'paper', session: said });
    await expect(refusal(session)).rejects.toMatchObject({
      ...{ code: 'CDB-E0325', exit: 5 },
      why: 'a canary has left 0.00200000 BTCUSDT in the book that paper uses',
      todo: expect.stringContaining('cdb kill-switch engage --flatten') as string,
    });
    for (const phase of ['running', 'held']) {
      const running = refusal({ ...session, phase, heldQty: '0.00000000' });
      await expect(running).rejects.toMatchObject({ code: 'CDB-E0325', why: 'a canary runs' });
    }
    await expect(refusal({ phase: 'ended' })).rejects.toMatchObject({ code: 'CDB-E0325' });
    const done = await refusal({ ...session, heldQty: '0.00000000' });
    expect([done.status, done.after()?.mode]).toEqual([0, 'paper']);
    expect(done.io.err.join('')).toContain('in the real book, which a canary on paper fills too');
    expect((await refusal(null)).status).toBe(0);
  });

  it('says when the engine does less than the register, because of its own flags', async () => {
    const done = await setMode('paper', { values: { yes: true }, engineMode: 'shadow' });
    expect(done.status).toBe(1);
    expect(done.out).toMatch(/^PARTIAL: the engine decides in shadow/);
  });

  it('changes nothing on a register that can not be read, nor where nothing ran', async () => {
    const parts = modeBench({});
    parts.fake.reading = { state: 'unreadable', why: 'cut off' };
    const options = new ParsedOptions({ mode: 'paper', yes: true });
    await expect(set(options, parts.io, parts.services)).rejects.toMatchObject({
      code: 'CDB-E0311',
    });
    await expect(setMode('paper', { record: null })).rejects.toMatchObject({ code: 'CDB-E0316' });
  });

  it.each(['canary', 'live'] as const)('refuses %s with every condition', async (mode) => {
    const values = { yes: true, confirm: `shadow/${mode}`, reason: 'now', operator: 'bob' };
    const parts = modeBench({ env: LIVE_FLAGS });
    const refused = set(new ParsedOptions({ mode, ...values }), parts.io, parts.services);
    await expect(refused).rejects.toMatchObject({ code: 'CDB-E0312', exit: 5 });
    const out = parts.io.out.join('');
    expect(out).toContain(`${mode}: NO-GO`);
    for (const id of [
      'adapter',
      'drill',
      'plan',
      'approval',
      'doctor',
      'gate',
      'watchdog',
      'LR-042',
    ]) {
      expect(out).toMatch(new RegExp(`^${id} +(?:MISSING|FAILED) `, 'm'));
    }
    expect(out).toMatch(/^adapter +FAILED/m);
    expect(parts.after()?.mode).toBe('shadow');
    expect(parts.order).toEqual([]);
  });
});

describe('cdb mode set canary', () => {
  /** The conditions of a refused change, by their state. */
  async function refused(mode: Mode, asked: Asked) {
    const parts = modeBench(asked);
    const options = new ParsedOptions({ mode, yes: true, confirm: `shadow/${mode}` });
    const change = set(options, parts.io, parts.services);
    const fault = await change.then(() => null).catch((thrown: unknown) => thrown);
    const out = parts.io.out.join('');
    const stateOf = (id: string) => new RegExp(`^${id} +(OK|MISSING|FAILED) +(.*)$`, 'm').exec(out);
    return { fault: fault as OperatorError, stateOf, order: parts.order };
  }

  it('misses the gate until it is open as committed, and all the rest all the same', async () => {
    const closed = await refused('canary', {});
    expect(closed.fault.why).toMatch(/\bgate\b/);
    expect(closed.stateOf('gate')?.[1]).toBe('FAILED');
    const gate = fakeGate();
    await gate.gate.open(openingOf('canary'));
    const open = await refused('canary', { gate });
    expect(open.stateOf('gate')?.slice(1)).toEqual([
      'OK',
      expect.stringContaining('opened by ann'),
    ]);
    const without = (ids: string) => ids.split(', ').filter((id) => id !== 'gate');
    expect(open.fault.why.split(', ')).toEqual(without(closed.fault.why));
    expect([open.fault.code, open.order]).toEqual(['CDB-E0312', []]);
    gate.committed = null;
    expect((await refused('canary', { gate })).stateOf('gate')?.[1]).toBe('FAILED');
  });

  it('asks the engine for its flags', async () => {
    const stateOf = async (asked: Asked) =>
      (await refused('canary', { ...asked, engineMode: 'shadow' })).stateOf('flags')?.slice(1);
    const live = await stateOf({ env: LIVE_FLAGS, engineEnv: {} });
    expect(live).toEqual(['FAILED', expect.stringContaining('the engine (pid 7): ')]);
    expect((await stateOf({ engineEnv: LIVE_FLAGS }))?.[0]).toBe('OK');
    expect(await stateOf({ engineEnv: null })).toEqual([
      'FAILED',
      expect.stringContaining('the engine does not say its flags'),
    ]);
  });

  it('takes no opening of another scope', async () => {
    const gate = fakeGate();
    await gate.gate.open(openingOf('migrations'));
    expect((await refused('live', { gate })).stateOf('gate')?.[1]).toBe('FAILED');
  });

  it('knows a drill by the verdict of its ledger entry', async () => {
    const drill = (verdict: string): LedgerEvent => ({
      ...{ kind: 'drill', action: 'kill switch drill', who: 'ann', why: '' },
      ...{ atMs: NOW_MS - 60_000, details: { verdict } },
    });
    expect((await refused('live', { recorded: [drill('FAIL')] })).stateOf('drill')?.[1]).toBe(
      'MISSING',
    );
    expect((await refused('live', { recorded: [drill('PASS')] })).stateOf('drill')?.[1]).toBe('OK');
  });
});

describe('cdb mode show', () => {
  async function shown(asked: Asked = {}) {
    const parts = modeBench(asked);
    const status = await show(new ParsedOptions({}), parts.io, parts.services);
    return { ...parts, status, out: parts.io.out.join('') };
  }

  it('says the mode, each flag with its origin, and why not more', async () => {
    const engineEnv = { TRADING_MODE: 'shadow' };
    const { out, status } = await shown({ engineEnv, engineMode: 'shadow' });
    expect(status).toBe(0);
    expect(out).toContain('MODE shadow   AS ASKED');
    expect(out).toContain('engine       decides in shadow (pid 7)');
    expect(out).toContain('not more     TRADING_MODE=shadow');
    expect(out).toMatch(/^TRADING_MODE +"shadow" +environment +shadow +live/m);
    expect(out).toMatch(/^DRY_RUN +not set +nowhere +- +false/m);
  });

  it('shows the flags of the engine that runs, and says whose they are', async () => {
    const env = { DRY_RUN: 'tru' };
    const { out, status } = await shown({ env, engineMode: 'shadow', engineEnv: {} });
    expect(status).toBe(0);
    expect(out).toContain('flags of     the engine (pid 7)');
    expect(out).toMatch(/^DRY_RUN +not set/m);
    const other = await shown({ engineMode: 'shadow', engineEnv: env });
    expect([other.status, /^DRY_RUN +"tru" +environment/m.test(other.out)]).toEqual([1, true]);
    expect((await shown({ env })).out).toContain('flags of     this terminal\n');
    const old = await shown({ env, engineMode: 'shadow', engineEnv: null });
    expect(old.out).toContain('flags of     this terminal; the engine does not say its flags: ');
  });

  it('is a finding where something is misspelled, and escapes what stands there', async () => {
    const record = { ...SHADOW, mode: 'paper' as const };
    const { out, status } = await shown({ record, env: { DRY_RUN: 'tr\u001b[2Jue' } });
    expect(status).toBe(1);
    expect(out).toContain('MODE shadow   NO-GO (asked for: paper)');
    expect(out).not.toContain('\u001b');
  });

  it('works where nothing runs, and with an engine that does not answer', async () => {
    expect((await shown({ record: null })).out).toContain('MODE shadow   AS ASKED');
    const parts = modeBench({});
    parts.fake.answer = { state: 'silent', why: 'no answer', pid: 9 };
    expect(await show(new ParsedOptions({}), parts.io, parts.services)).toBe(0);
    expect(parts.io.out.join('')).toContain('NOT CONFIRMED (pid 9): no answer');
  });

  it('never is live with all flags set and a register that says live', async () => {
    const record = { ...SHADOW, mode: 'live' as const };
    const { out, status } = await shown({ record, env: LIVE_FLAGS });
    expect(status).toBe(1);
    expect(out).toContain('MODE shadow   NO-GO (asked for: live)');
    expect(out).toContain('this build has no adapter for a real venue');
  });
});
