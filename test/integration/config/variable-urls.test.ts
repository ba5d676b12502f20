import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConfigLocation } from '../../../src/config/config-files.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { urlsOfVariables } from '../../../src/config/variable-urls.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function location(env: Readonly<Record<string, string>>): ConfigLocation {
  return { cwd, env: { HOME: join(cwd, 'home'), ...env }, flags: [], configFile: undefined };
}

const REDIS = 'redis://:secret@127.0.0.1:6379/3';
const DATABASE = 'postgres://cdb:secret@db.example/cdb';

describe('urlsOfVariables', () => {
  test('finds both where nothing else has a say', () => {
    const env = { CDB_REDIS_URL: REDIS, CDB_DATABASE_URL: DATABASE, CDB_STATE_DIR: '/x' };
    expect(urlsOfVariables(location(env))).toMatchObject({
      redisUrl: { url: REDIS },
      databaseUrl: { url: DATABASE },
    });
    expect(urlsOfVariables(location({}))).toEqual({});
  });

  test('leaves a place with a file, a flag or a variable of the configuration to its reader', () => {
    expect(urlsOfVariables(location({ CDB_REDIS_URL_ENV: 'X' }))).toBeNull();
    expect(urlsOfVariables(location({ CDB_CONFIG: 'gone.yaml' }))).toBeNull();
    expect(urlsOfVariables({ ...location({}), envFile: 'x.env' })).toBeNull();
    const flag = { key: 'run.seed', flag: '--seed', text: '1' };
    expect(urlsOfVariables({ ...location({}), flags: [flag] })).toBeNull();
    writeFileSync(join(cwd, 'cdb.yaml'), 'redis:\n  urlEnv: OTHER\n');
    expect(urlsOfVariables(location({ CDB_REDIS_URL: REDIS }))).toBeNull();
  });

  test('never says anything that the configuration would not say', () => {
    const value = fc.constantFrom(REDIS, DATABASE, '', 'x', 'json', '/srv/state', 'paper', '7');
    const name = fc.constantFrom(
      ...['CDB_REDIS_URL', 'CDB_DATABASE_URL', 'CDB_STATE_DIR', 'CDB_OUTPUT', 'CDB_RUN_MODE'],
      ...['CDB_REDIS_SHARDS', 'CDB_REDIS_ULR', 'CDB_POSTGRES_URL_ENV', 'PATH', 'X'],
    );
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5 }), (env) => {
        const quick = urlsOfVariables(location(env));
        if (quick === null) return;
        const { redisUrl, databaseUrl } = loadConfig(location(env));
        expect(quick.redisUrl).toEqual(redisUrl);
        expect(quick.databaseUrl).toEqual(databaseUrl);
      }),
    );
  });
});
