import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { complaints, ExaminedPlace } from './examined-place.js';
import { failure } from './failure.js';

const GROUPS = ['config'] as const;

let place: ExaminedPlace;
beforeEach(() => {
  place = new ExaminedPlace();
});
afterEach(() => {
  place.end();
});

function secret(name: string, text: string, mode = 0o600): string {
  const file = place.write(`secrets/${name}`, text);
  chmodSync(file, mode);
  return file;
}

const DEPLOYED = {
  MAX_POSITION_PCT: '0.10',
  MAX_TOTAL_EXPOSURE_PCT: '0.30',
  MAX_DAILY_DRAWDOWN_PCT: '0.05',
  STOP_LOSS_PCT: '0.02',
  TEST_BALANCE: '10000',
  PAPER_AUTO_UNWIND: 'true',
  SIGNAL_PORT: '8005',
  ALLOCATION_PORT: '8006',
  ALLOCATION_RULES_JSON: '{"paper":{"TREND":0.3,"HIGH_VOL_CHAOTIC":0.02,"UNKNOWN":0}}',
};

describe('config', () => {
  it('raises no false alarm', async () => {
    secret('url', 'redis://:pw@127.0.0.1:6379/0');
    const env = {
      ...DEPLOYED,
      CDB_RUN_MODE: 'paper',
      CDB_REDIS_URL_FILE: 'secrets/url',
      POSTGRES_PASSWORD_FILE: secret('password', 'pw'),
      CDB_DOCTOR_SERVICES: 'cdb_signal=http://127.0.0.1:8005,cdb_risk=http://127.0.0.1:8002',
    };
    const found = await place.findings(GROUPS, { env });
    expect(complaints(found)).toEqual([]);
    expect(Object.values(found).map(({ status }) => status)).toEqual(
      Object.keys(found).map(() => 'OK'),
    );
    expect(found['config.secrets']?.figures).toMatchObject({ files: 2 });
  });

  failure(36, 'secrets are directories, missing, empty, or open to others', async () => {
    mkdirSync(join(place.directory, 'secrets/folder'), { recursive: true });
    const env = {
      REDIS_PASSWORD_FILE: join(place.directory, 'secrets/folder'),
      POSTGRES_PASSWORD_FILE: join(place.directory, 'secrets/nowhere'),
      MEXC_API_KEY_FILE: secret('empty', ''),
      MEXC_API_SECRET_FILE: secret('open', 'very-secret', 0o644),
      CDB_WATCHDOG_API_KEY_FILE: secret('well', 'very-secret'),
      SSL_CERT_FILE: '/etc/ssl/cert.pem',
    };
    const { 'config.secrets': found } = await place.findings(GROUPS, { env });
    expect(found).toMatchObject({ status: 'FAIL', level: 'P1', figures: { files: 5, faults: 4 } });
    expect(found?.says).toContain('folder (REDIS_PASSWORD_FILE) is a directory');
    expect(found?.says).toContain('nowhere (POSTGRES_PASSWORD_FILE) is missing');
    expect(found?.says).toContain('empty (MEXC_API_KEY_FILE) is empty');
    expect(found?.says).toContain('has rights 0644, required 0600');
    expect(JSON.stringify(found)).not.toContain('very-secret');
  });

  failure(36, 'the file with a URL of our own is a directory', async () => {
    mkdirSync(join(place.directory, 'url'));
    const env = { CDB_REDIS_URL_FILE: 'url' };
    const found = await place.findings(GROUPS, { env });
    expect(found['config.valid']).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found['config.secrets']?.says).toContain('url (CDB_REDIS_URL_FILE) is a directory');
  });

  failure(27, 'percentage points where a fraction is required', async () => {
    const env = { ...DEPLOYED, MAX_TOTAL_EXPOSURE_PCT: '10.0', SIGNAL_THRESHOLD_PCT: '0.03' };
    const { 'config.units': found } = await place.findings(GROUPS, { env });
    expect(found).toMatchObject({ status: 'FAIL', level: 'P1', figures: { faults: 2 } });
    expect(found?.says).toContain('MAX_TOTAL_EXPOSURE_PCT is 10.0 (env MAX_TOTAL_EXPOSURE_PCT)');
    expect(found?.says).toContain('10 percent is 0.1');
    expect(found?.says).toContain('SIGNAL_THRESHOLD_PCT is 0.03');
  });

  failure(27, 'a limit of ours a hundred times off its set', async () => {
    place.write('cdb.yaml', {
      thresholds: { set: 'reference', overrides: { 'gate.pctChange15mPpMin': 0.03 } },
    });
    const { 'config.units': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({ status: 'WARN', level: 'P1', figures: { faults: 1 } });
    expect(found?.says).toContain('gate.pctChange15mPpMin is 0.03, the set reference has 3');
  });

  failure(8, 'paper trading does not close its positions', async () => {
    const { PAPER_AUTO_UNWIND, ...unset } = DEPLOYED;
    expect(PAPER_AUTO_UNWIND).toBe('true');
    const { 'config.auto_unwind': theirs } = await place.findings(GROUPS, { env: unset });
    expect(theirs).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(theirs?.says).toContain('PAPER_AUTO_UNWIND is not set, which is off');
    place.write('cdb.yaml', { run: { mode: 'paper' }, thresholds: { set: 'reference' } });
    const { 'config.auto_unwind': ours } = await place.findings(GROUPS);
    expect(ours).toMatchObject({
      ...{ status: 'WARN', level: 'P1' },
      remedy: { command: 'cdb config set thresholds.overrides.risk.autoUnwind true' },
    });
  });

  failure(26, 'signals far below what risk demands', async () => {
    const env = { SIGNAL_THRESHOLD_PCT: '0.005' };
    const { 'config.threshold_asymmetry': theirs } = await place.findings(GROUPS, { env });
    expect(theirs).toMatchObject({
      ...{ status: 'WARN', level: 'P2' },
      figures: { signal_pp: 0.005, gate_pp: 3 },
    });
    place.write('cdb.yaml', { thresholds: { set: 'reference' } });
    const { 'config.threshold_asymmetry': ours } = await place.findings(GROUPS);
    expect(ours?.says).toContain('signals of this configuration from 0.005 pp, risk demands 3 pp');
    expect(ours?.status).toBe('WARN');
  });

  failure(35, 'two services on one port, and one that is asked at an old port', async () => {
    const env = {
      SIGNAL_PORT: '8005',
      CDB_DOCTOR_SERVICES: 'signal=http://127.0.0.1:8001,ui=http://127.0.0.1:5002',
    };
    const { 'config.ports': found } = await place.findings(GROUPS, { env });
    expect(found).toMatchObject({ status: 'WARN', level: 'P2', figures: { faults: 3 } });
    expect(found?.says).toContain('signal and allocation share port 8005');
    expect(found?.says).toContain('signal is asked at port 8001, and listens on 8005');
    expect(found?.says).toContain('ui is asked at port 5002');
  });

  it('reads the variables of the file that --env-from names', async () => {
    place.write('stack.env', 'MAX_POSITION_PCT=10\nPAPER_AUTO_UNWIND=true\n');
    const { 'config.units': found } = await place.findings(GROUPS, {
      options: { envFile: 'stack.env' },
    });
    expect(found?.says).toContain('MAX_POSITION_PCT is 10 (stack.env:1)');
  });
});
