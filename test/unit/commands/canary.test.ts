import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { run as hold } from '../../../src/commands/canary/hold.js';
import { run as plan } from '../../../src/commands/canary/plan.js';
import { run as start } from '../../../src/commands/canary/start.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import type { ControlRecord, Mode } from '../../../src/engine/domain/control.js';
import { ChangedMeanwhile } from '../../../src/operator-error.js';
import { decidedPlan } from '../../fakes/canary-plan.js';
import { fakeGate } from '../../fakes/fake-delivery-gate.js';
import { TERMS } from '../engine/canary-terms.js';
import { modeBench, NOW_MS, openingOf, SHADOW, type Asked } from './mode-bench.js';

const LOCK = new ParsedOptions({ lock: true, decision: 'GO', reason: 'rehearsal' });
const START = { operator: 'ann', reason: 'now', confirm: 'shadow/canary' };

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-canary-'));
  writeFileSync(join(cwd, 'canary-plan.yaml'), stringify(decidedPlan({ fromMs: NOW_MS - 60_000 })));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** Everything is met; the engine says the mode `follows` once the canary is in the register. */
async function locked(follows: Mode, asked: Asked = {}) {
  const parts = modeBench({ cwd, engineMode: 'shadow', follows, ...asked });
  expect(await plan(LOCK, parts.io, parts.services)).toBe(0);
  return { ...parts, begin: () => start(new ParsedOptions(START), parts.io, parts.services) };
}

const actions = ({ events }: Awaited<ReturnType<typeof locked>>) =>
  events.map(({ action }) => action);

describe('cdb canary start', () => {
  it('starts what was locked, on record first', async () => {
    const parts = await locked('canary');
    expect(await parts.begin()).toBe(0);
    expect(parts.after()).toMatchObject({ mode: 'canary', canary: { symbol: 'BTCUSDT-PERP' } });
    expect(actions(parts)).toEqual(['canary evidence locked', 'canary start']);
    expect(parts.io.out.join('')).toContain('CANARY RUNS   BTCUSDT-PERP on paper');
  });

  it.each<[string, Mode]>([
    ['stays in shadow', 'shadow'],
    ['decides in paper', 'paper'],
  ])('takes it back where the engine %s', async (_, follows) => {
    const parts = await locked(follows);
    await expect(parts.begin()).rejects.toMatchObject({ code: 'CDB-E0323', exit: 5 });
    expect(parts.after()).toMatchObject({ mode: 'shadow', epoch: SHADOW.epoch + 2 });
    expect(parts.after()?.canary).toBeUndefined();
    expect(actions(parts).slice(1)).toEqual(['canary start', 'canary start taken back']);
  });

  it('takes it back where the engine does not confirm it', async () => {
    const parts = await locked('canary');
    const { answer } = parts.fake;
    parts.fake.answer = (request) => {
      if (Reflect.get(Object(request.body), 'intent') === 'mode')
        return { state: 'silent', why: 'no answer', pid: 7 };
      return typeof answer === 'function' ? answer(request) : answer;
    };
    await expect(parts.begin()).rejects.toMatchObject({ code: 'CDB-E0323', exit: 4 });
    expect(parts.after()?.mode).toBe('shadow');
  });

  it('writes nothing where the flags of the engine do not allow it', async () => {
    const engineEnv = { TRADING_MODE: 'shadow' };
    const parts = await locked('canary', { engineEnv });
    await expect(parts.begin()).rejects.toMatchObject({ code: 'CDB-E0312', why: 'flags' });
    expect([parts.after(), actions(parts)]).toEqual([SHADOW, ['canary evidence locked']]);
  });

  it('does not start where nobody watches a trigger and the plan is silent about it', async () => {
    const unwatched = ['credential_incident', 'monitoring_down'];
    const parts = await locked('canary', { unwatched });
    await expect(parts.begin()).rejects.toMatchObject({ code: 'CDB-E0312', why: 'monitoring' });
    expect(parts.io.out.join('')).toContain('nobody watches monitoring_down, and the plan');
    const change = { not_watched: unwatched };
    const plan = { ...decidedPlan({ fromMs: NOW_MS - 60_000 }), ...change };
    writeFileSync(join(cwd, 'canary-plan.yaml'), stringify(plan));
    expect(await (await locked('canary', { unwatched })).begin()).toBe(0);
  });

  it('uses up an opening of the gate, and closes it, whether or not it starts', async () => {
    for (const follows of ['canary', 'shadow'] as const) {
      const gate = fakeGate();
      await gate.gate.open(openingOf('canary'));
      const parts = await locked(follows, { gate });
      await parts.begin().catch(() => undefined);
      expect(gate.events().map(({ action }) => action)).toEqual(['gate used', 'gate closed']);
      expect(gate.text).not.toContain('scope: canary');
    }
  });
});

describe('cdb canary hold', () => {
  const canary: ControlRecord = { ...SHADOW, mode: 'canary', epoch: 4, canary: TERMS };

  async function heldOver(other: ControlRecord) {
    const parts = modeBench({ record: canary });
    const killSwitch = await parts.services.killSwitch('/s');
    let isFirst = true;
    const places = killSwitch.places.map((place) => ({
      ...place,
      write: (record: ControlRecord) => {
        if (!isFirst) {
          place.write(record);
          return;
        }
        isFirst = false;
        parts.fake.reading = { state: 'present', record: other };
        throw new ChangedMeanwhile('the latch', { dependency: 'disk' });
      },
    }));
    const services = { ...parts.services, killSwitch: async () => ({ ...killSwitch, places }) };
    return { ...parts, status: await hold(new ParsedOptions({}), parts.io, services) };
  }

  it('holds what somebody stepped to meanwhile', async () => {
    const { status, after } = await heldOver({
      ...canary,
      epoch: 5,
      canary: { ...TERMS, percent: 9 },
    });
    expect(status).toBe(0);
    expect(after()).toMatchObject({ epoch: 6, canary: { percent: 9, held: true } });
  });

  it('never brings back one that was rolled back meanwhile', async () => {
    const back: ControlRecord = { ...SHADOW, epoch: 5 };
    await expect(heldOver(back)).rejects.toMatchObject({ code: 'CDB-E0318', exit: 6 });
  });
});
