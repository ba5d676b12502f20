import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { ERROR_FORM } from './error-form.js';

const SAMPLE = join(PROJECT, 'data/sample/binance-futures-btcusdt-20200222.csv.gz');

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

function runFeed(file: string, options: { readonly asNobody?: boolean } = {}) {
  return place.run(['run', '--paper', '--feed', file, '--speed', 'max'], options);
}

describe('cdb run with a trades file that cannot be used', () => {
  it('says that a file is missing, before anything is decided', async () => {
    const { status, stderr, stdout } = await runFeed(join(place.path, 'none.csv.gz'));
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toMatch(/none\.csv\.gz/);
    expect(status).toBe(8);
    expect(stdout).not.toContain('OK running');
  });

  it('is loud when every row of the file is refused', async () => {
    const file = join(place.path, 'trades.csv');
    const rows = [0, 1, 2].map((n) => `158233${n}000000,BTCUSDT,-1,1,buy,${n}`);
    writeFileSync(file, ['ts_ms,symbol,price,qty,side,trade_id', ...rows].join('\n'));
    const { status, stdout } = await runFeed(file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/refused 3: \w+ 3 - EVERY ONE OF THEM: is this the right file\?/);
  });

  it('says that a directory is no file', async () => {
    const { status, stderr } = await runFeed(place.path);
    expect(stderr).toMatch(ERROR_FORM);
    expect(status).toBe(2);
  });

  it('says that a file holds no trades', async () => {
    const file = join(place.path, 'letter.txt');
    writeFileSync(file, 'Dear operator,\nthis is no list of trades.\n');
    const { status, stderr } = await runFeed(file);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toMatch(/letter\.txt/);
    expect(status).toBe(2);
  });

  it('says that a file may not be read, to a user who may not', async () => {
    const ours = new Workplace({ ofNobody: true });
    try {
      const file = join(ours.path, 'secret.csv.gz');
      writeFileSync(file, readFileSync(SAMPLE));
      chmodSync(file, 0o000);
      const args = ['run', '--feed', file, '--speed', 'max'];
      const { status, stderr } = await ours.run(args, { asNobody: true });
      expect(stderr).toMatch(ERROR_FORM);
      expect(stderr).toMatch(/permission/i);
      expect(status).toBe(4);
    } finally {
      await ours.end();
    }
  });
});

describe('cdb run with a trades file that is cut off', () => {
  it('decides on all complete rows, drains them, and names the place of the damage', async () => {
    const bytes = readFileSync(SAMPLE);
    const file = join(place.path, 'cut.csv.gz');
    writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    const { status, stderr } = await runFeed(file);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toMatch(/cut\.csv\.gz/);
    expect(stderr).toMatch(/\d complete rows/);
    expect(status).toBe(4);
    await place.quiet();
    const verdict = await verifyNewestRun(place.stateDir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.inputKinds.TradeObserved).toBeGreaterThan(5_000);
    expect(verdict.rows['risk_events']).toBeGreaterThan(100);
    expect(verdict.finished).toBe(false);
  });

  it('goes on with the whole file as with another feed', async () => {
    const bytes = readFileSync(SAMPLE);
    const file = join(place.path, 'cut.csv.gz');
    writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * 0.5)));
    expect((await runFeed(file)).status).toBe(4);
    writeFileSync(file, bytes);
    const whole = await runFeed(file);
    expect(whole.status, whole.stderr).toBe(0);
    expect(whole.stdout).toContain('is new');
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });
});

describe('cdb run on a state directory that is a file', () => {
  it('says so', async () => {
    mkdirSync(join(place.path, 'x'));
    writeFileSync(place.stateDir, 'not a directory');
    const { status, stderr } = await place.run(['run', '--feed', 'sample']);
    expect(stderr).toMatch(ERROR_FORM);
    expect(status).toBe(4);
  });
});
