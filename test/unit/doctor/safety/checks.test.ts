import { describe, expect, it } from 'vitest';
import { readKillSwitchText } from '../../../../src/doctor/safety/kill-switch-text.js';
import type {
  CanaryFacts,
  LedgerFacts,
  SafetyFacts,
  WatchFacts,
} from '../../../../src/doctor/safety/facts.js';
import { askedBy, effectiveMode } from '../../../../src/engine/control/effective-mode.js';
import { MODE_FLAGS } from '../../../../src/engine/control/mode-flags.js';
import { initialRecord } from '../../../../src/engine/control/register.js';
import type { ControlRecord, Mode } from '../../../../src/engine/domain/control.js';
import { systemView } from '../../../../src/view/system-view.js';
import { fakeEngineStatus } from '../../../fakes/fake-engine-status.js';
import { findingOf, NOW_MS } from '../readings.js';

function register(change: Partial<ControlRecord> = {}): SafetyFacts['register'] {
  const record = { ...initialRecord({ mode: 'paper', operator: 'ops', atMs: NOW_MS }), ...change };
  return [{ place: 'latch file', reading: { state: 'present', record } }];
}

describe('the level of trading', () => {
  it.each([
    ['HALTED', {}, 'HALTED by ops 2 h ago: manual: spread gap'],
    [
      'TRADING',
      { 'symbol:BTCUSDT': 'REDUCING' },
      'symbol:BTCUSDT REDUCING by ops 2 h ago: manual: spread gap',
    ],
  ] as const)('%s %j is told, and is no failure', async (level, scopes, says) => {
    const why = { reason: 'manual', message: 'spread gap', atMs: NOW_MS - 7_200_000 };
    const facts = { register: register({ level, scopes, ...why }) };
    const finding = await findingOf('safety.trading_level', facts);
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1', says });
  });
});

describe('the watchdog', () => {
  const watch = (change: Partial<WatchFacts['standing']>, isEngineRunning = true): WatchFacts => ({
    standing: { state: 'none', pid: null, does: '', lookedAtMs: null, alarm: null, ...change },
    isEngineRunning,
  });
  const silent = {
    state: 'silent',
    pid: 7,
    does: 'halts only',
    lookedAtMs: NOW_MS - 9_000,
  } as const;
  const open = { id: 'a', words: 'it stood still for 4 s' } as WatchFacts['standing']['alarm'];

  it.each([
    ['paper', {}, 'SKIP'],
    ['paper', silent, 'WARN'],
    ['paper', { ...silent, state: 'watches' }, 'OK'],
    ['paper', { alarm: open }, 'FAIL'],
    ['live', {}, 'BLOCKER'],
    ['canary', silent, 'BLOCKER'],
  ] as const)('in %s with %j is %s', async (mode, standing, status) => {
    const facts = { register: register({ mode }), watchdog: watch(standing) };
    expect((await findingOf('safety.watchdog', facts)).status).toBe(status);
  });
});

describe('what stops asked for', () => {
  const exit = {
    ...{ killId: 'k1', flatten: true, cancelOpen: true, scopes: [], openOrders: 1 },
    positions: [{ symbol: 'BTCUSDT', qty: '0.5' }],
  };
  const engine = (...states: readonly string[]) => {
    const exits = states.map((state) => ({
      ...exit,
      state,
      why: state === 'stuck' ? 'no price' : '',
    }));
    return systemView(fakeEngineStatus({ exits: exits as never }));
  };

  it.each([
    [[], 'OK'],
    [['done', 'withdrawn'], 'OK'],
    [['done', 'reducing'], 'WARN'],
    [['reducing', 'stuck'], 'BLOCKER'],
  ] as const)('%j is %s', async (states, status) => {
    const finding = await findingOf('safety.exits', { engine: engine(...states) });
    expect(finding.status).toBe(status);
    if (status === 'BLOCKER')
      expect(finding.says).toContain('flatten k1 is stuck: no price (left 0.5 BTCUSDT)');
  });

  it('is not known where no engine runs', async () => {
    const exits = [{ killId: 'k1', cancelOpen: true, flatten: false, scopes: [] }];
    const facts = { engine: null, register: register({ level: 'HALTED', exits }) };
    expect((await findingOf('safety.exits', facts)).status).toBe('WARN');
    expect((await findingOf('safety.exits', { engine: null })).status).toBe('SKIP');
  });
});

describe('the mode', () => {
  const facts = (
    mode: Mode,
    engineMode: string | null,
    flags: Readonly<Record<string, string>> = {},
  ) => ({
    tradingMode: {
      effective: effectiveMode(
        askedBy({ mode }),
        Object.fromEntries(MODE_FLAGS.map((name) => [name, flags[name]])) as never,
      ),
      flagsOf: 'this terminal',
      engineMode,
    },
  });

  it.each([
    ['paper', 'paper', {}, 'OK'],
    ['shadow', null, {}, 'OK'],
    ['paper', 'shadow', {}, 'WARN'],
    ['shadow', 'paper', {}, 'BLOCKER'],
    ['live', null, {}, 'WARN'],
    ['paper', null, { MOCK_TRADING: 'perhaps' }, 'WARN'],
  ] as const)('%s, engine in %s, flags %j: %s', async (mode, engineMode, flags, status) => {
    const finding = await findingOf('safety.mode', facts(mode, engineMode, flags));
    expect(finding.status).toBe(status);
  });
});

describe('a canary', () => {
  const session = {
    ...{ phase: 'running', detail: '', heldQty: '0', symbol: 'BTCUSDT' },
    ...{ ranMs: 60_000, durationMs: 900_000 },
  };
  const canary = (change: Partial<CanaryFacts>): CanaryFacts => ({
    ...{ registerMode: 'canary', session, isEngineRunning: true },
    ...change,
  });

  it.each([
    ['that runs', {}, 'WARN'],
    ['that runs past its time', { session: { ...session, ranMs: 960_001 } }, 'BLOCKER'],
    ['without an engine', { session: null, isEngineRunning: false }, 'BLOCKER'],
    [
      'that ended under a register that does not know',
      { session: { ...session, phase: 'ended' } },
      'BLOCKER',
    ],
    ['that ended', { registerMode: 'shadow', session: { ...session, phase: 'ended' } }, 'OK'],
    [
      'that left something',
      { registerMode: 'shadow', session: { ...session, phase: 'ended', heldQty: '0.0002' } },
      'BLOCKER',
    ],
    ['that never was', { registerMode: 'shadow', session: null }, 'SKIP'],
  ] as const)('%s is %s', async (_, change, status) => {
    const finding = await findingOf('safety.canary', { canary: canary(change) });
    expect(finding.status).toBe(status);
  });
});

describe('anchors', () => {
  const HOUR_MS = 3_600_000;
  const ledger = (change: Partial<LedgerFacts>): LedgerFacts => ({
    ...{ entries: 3, fault: null, drillSha256s: [], databaseWhy: '' },
    anchoredAtMs: NOW_MS - HOUR_MS,
    engineSinceMs: NOW_MS - HOUR_MS - 1_000,
    database: { anchors: 2, newestAtMs: NOW_MS - HOUR_MS },
    ...change,
  });

  it.each([
    ['of this start', {}, 'OK'],
    ['none, and nothing runs', { anchoredAtMs: null, engineSinceMs: null, database: null }, 'SKIP'],
    ['of the start before', { anchoredAtMs: NOW_MS - 2 * HOUR_MS }, 'FAIL'],
    [
      'none, just started',
      { anchoredAtMs: null, engineSinceMs: NOW_MS - 5_000, database: null },
      'SKIP',
    ],
    ['none, long started', { anchoredAtMs: null, database: null }, 'FAIL'],
    ['that the database does not know', { database: { anchors: 0, newestAtMs: null } }, 'FAIL'],
  ] as const)('%s: %s', async (_, change, status) => {
    expect((await findingOf('safety.audit_anchors', { ledger: ledger(change) })).status).toBe(
      status,
    );
  });
});

describe('the kill-switch file of a stack', () => {
  it('is read as its two readers take it', () => {
    const text = 'state=active\nreason=manual\nmessage=a=b\nactivated_at=none\nupdated_at=x\n';
    expect(readKillSwitchText(text)).toEqual({
      ...{ state: 'active', reason: 'manual', message: 'a=b', faults: [], oddities: [] },
    });
    expect(readKillSwitchText('state=inactive\n').oddities).toEqual([
      'has no line reason, message, activated_at, updated_at',
    ]);
    expect(readKillSwitchText('state= active\n').state).toBeNull();
    expect(readKillSwitchText('state=inactive\nmessage=x\nstate=active\n').state).toBeNull();
  });
});
