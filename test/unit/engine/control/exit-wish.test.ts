import { describe, expect, it } from 'vitest';
import {
  coversRequest,
  WISHES_MAX,
  WISH_SCOPES_MAX,
} from '../../../../src/engine/control/exit-wish.js';
import { lowerScope, scopeReleaseTarget } from '../../../../src/engine/control/lower-scope.js';
import {
  effectiveRecord,
  initialRecord,
  lower,
  raise,
  releaseTarget,
  withMode,
  type EffectiveControl,
  type RaiseRequest,
} from '../../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../../src/engine/domain/control.js';

const AT_MS = Date.UTC(2026, 1, 9, 15, 30);
const FIRST = initialRecord({ mode: 'paper', operator: 'ops', atMs: AT_MS });
const STOP: RaiseRequest = {
  level: 'HALTED',
  scopes: [],
  reason: 'manual',
  message: 'm',
  operator: 'ops',
  atMs: AT_MS,
};
const FLATTEN = { cancelOpen: false, flatten: true };

const held = (...records: ControlRecord[]): EffectiveControl =>
  effectiveRecord(
    records.map((record, i) => ({ place: `place ${i}`, reading: { state: 'present', record } })),
    { stateDirEmpty: false },
  );

describe('a wish to cancel and close', () => {
  it('is on the record with an id of the change, and to close cancels and halts too', () => {
    const record = raise(held(FIRST), { ...STOP, level: 'REDUCING', exit: FLATTEN });
    expect(record).toMatchObject({ level: 'HALTED', epoch: 2 });
    const killId: unknown = expect.stringMatching(/^2-[0-9a-f]{8}$/);
    expect(record.exits).toEqual([{ killId, cancelOpen: true, flatten: true, scopes: [] }]);
    const cancel = { cancelOpen: true, flatten: false };
    expect(raise(held(FIRST), { ...STOP, level: 'REDUCING', exit: cancel }).level).toBe('REDUCING');
    expect(raise(held(FIRST), STOP)).not.toHaveProperty('exits');
  });

  it('has another id for each change, also of the same epoch in another place', () => {
    const ids = [STOP, { ...STOP, operator: 'eve' }, { ...STOP, atMs: AT_MS + 1 }].map(
      (request) => raise(held(FIRST), { ...request, exit: FLATTEN }).exits?.[0]?.killId,
    );
    expect(new Set(ids).size).toBe(3);
  });

  it('stays through further stops and a change of mode, and ends with a release', () => {
    const first = raise(held(FIRST), { ...STOP, exit: FLATTEN });
    const second = raise(held(first), { ...STOP, message: 'again' });
    expect(second.exits).toEqual(first.exits);
    const change = { mode: 'shadow', operator: 'ops', atMs: AT_MS } as const;
    expect(withMode(held(second), change).exits).toEqual(first.exits);
    const words = { operator: 'ops', justification: 'fine', confirm: releaseTarget('paper') };
    const released = lower(held(second), { ...words, atMs: AT_MS });
    expect(released.ok && released.record).not.toHaveProperty('exits');
  });

  it('is heard from whatever place holds it', () => {
    const asked = raise(held(FIRST), { ...STOP, exit: FLATTEN });
    expect(held(FIRST, asked).record.exits).toEqual(asked.exits);
    expect(held(asked, asked).record.exits).toEqual(asked.exits);
  });

  it('of too many kinds or places becomes one for everything, which halts everything', () => {
    let record = FIRST;
    for (let i = 0; i <= WISHES_MAX; i += 1) {
      expect(record.level).toBe('TRADING');
      record = raise(held(record), { ...STOP, scopes: [`symbol:S${i}`], exit: FLATTEN });
    }
    expect(record.level).toBe('HALTED');
    expect(record.exits).toMatchObject([{ flatten: true, scopes: [] }]);
    const many = Array.from({ length: WISH_SCOPES_MAX + 1 }, (_, i) => `symbol:S${i}`);
    expect(raise(held(FIRST), { ...STOP, scopes: many, exit: FLATTEN })).toMatchObject({
      level: 'HALTED',
      exits: [{ scopes: [] }],
    });
  });

  it('covers what asks for no more than it does', () => {
    const wish = { killId: '2-0', cancelOpen: true, flatten: false, scopes: ['symbol:A'] };
    const asked = { cancelOpen: true, flatten: false, scopes: ['symbol:A'] };
    expect(coversRequest(wish, asked)).toBe(true);
    expect(coversRequest(wish, { ...asked, flatten: true })).toBe(false);
    expect(coversRequest(wish, { ...asked, scopes: [] })).toBe(false);
    expect(coversRequest(wish, { ...asked, scopes: ['symbol:B'] })).toBe(false);
    expect(coversRequest({ ...wish, scopes: [] }, asked)).toBe(true);
  });
});

describe('the release of one scope', () => {
  const scope = 'strategy:paper';
  const other = raise(held(FIRST), { ...STOP, scopes: ['symbol:A'], exit: FLATTEN });
  const both = raise(held(other), { ...STOP, scopes: [scope], exit: FLATTEN });
  const request = {
    scope,
    operator: 'ann',
    justification: 'the cause is gone',
    confirm: scopeReleaseTarget('paper', scope),
    atMs: AT_MS,
  };

  it('lifts that scope and its wish, and nothing else, under a new epoch', () => {
    const result = lowerScope(held(both), request);
    expect(result).toMatchObject({
      ok: true,
      record: {
        level: 'TRADING',
        scopes: { 'symbol:A': 'HALTED' },
        exits: other.exits,
        epoch: both.epoch + 1,
        operator: 'ann',
        reason: 'scope_released',
        message: 'strategy:paper: the cause is gone',
      },
    });
  });

  it('leaves everything halted that is halted as a whole', () => {
    const result = lowerScope(held(raise(held(both), STOP)), request);
    expect(result).toMatchObject({ ok: true, record: { level: 'HALTED' } });
  });

  it('needs a name, a reason and the target retyped, and a scope that is restricted', () => {
    const nothing = { ...request, operator: ' ', justification: '', confirm: 'paper/kill-switch' };
    expect(lowerScope(held(both), nothing)).toEqual({
      ok: false,
      why: 'missing',
      missing: ['operator', 'justification', 'confirm'],
    });
    const unknown = { ...request, scope: 'strategy:toString' };
    expect(lowerScope(held(both), unknown)).toEqual({ ok: false, why: 'not-restricted' });
  });
});
