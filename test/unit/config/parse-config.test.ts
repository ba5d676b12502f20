import { describe, expect, test } from 'vitest';
import { faultText } from '../../../src/config/config-error.js';
import { maskSecrets } from '../../../src/config/mask.js';
import { HIDDEN } from '../../../src/config/setting.js';
import { parseEnvFile } from '../../../src/config/env-file.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { parseConfig } from '../../../src/config/parse-config.js';
import type { Config, ConfigSources } from '../../../src/config/parse-config.js';
import { configTemplate } from '../../../src/config/template.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';

function parse(sources: Partial<ConfigSources>) {
  return parseConfig({ flags: [], env: {}, files: [], ...sources });
}

function valid(sources: Partial<ConfigSources>): Config {
  const parsed = parse(sources);
  if (!parsed.ok) throw new Error(parsed.faults.map(faultText).join('\n'));
  return parsed.config;
}

function faultsOf(sources: Partial<ConfigSources>): readonly string[] {
  const parsed = parse(sources);
  return parsed.ok ? [] : parsed.faults.map(faultText);
}

function file(text: string, path = 'cdb.yaml') {
  return { path, text };
}

function flag(key: string, text: string) {
  return { key, flag: `--${key}`, text };
}

function origin(config: Config, key: string) {
  return config.effective.find((value) => value.key === key)?.origin;
}

describe('precedence', () => {
  const project = file('# ours\nmetrics:\n  port: 3\n');
  const user = file('metrics:\n  port: 4\n', 'user.yaml');
  const env = { CDB_METRICS_PORT: '2' };
  const flags = [flag('metrics.port', '1')];

  test.each([
    ['flag', { flags, env, files: [project, user] }, 1, { kind: 'flag', flag: '--metrics.port' }],
    ['environment', { env, files: [project, user] }, 2, { kind: 'env', name: 'CDB_METRICS_PORT' }],
    ['project file', { files: [project, user] }, 3, { kind: 'file', path: 'cdb.yaml', line: 3 }],
    ['user file', { files: [user] }, 4, { kind: 'file', path: 'user.yaml', line: 2 }],
    ['default', {}, 9464, { kind: 'default' }],
  ])('%s wins over what follows', (_, sources, port, from) => {
    const config = valid(sources);
    expect(config.metrics.port).toBe(port);
    expect(origin(config, 'metrics.port')).toEqual(from);
  });

  test('an empty variable is not set', () => {
    expect(valid({ env: { CDB_METRICS_PORT: '', CDB_DATABASE_URL: '' } }).metrics.port).toBe(9464);
  });
});

describe('values', () => {
  test('files hold numbers, lists and times; the environment holds text', () => {
    const { audit, feed, journal } = valid({
      files: [file('audit:\n  commitTimeoutMs: 2s\nfeed:\n  symbols: [BTCUSDT, ETHUSDT]\n')],
      env: {
        CDB_FEED_SPEED: 'max',
        CDB_JOURNAL_FSYNC: 'false',
        CDB_JOURNAL_SEGMENT_BYTES_MAX: '2MiB',
      },
    });
    expect(audit.commitTimeoutMs).toBe(2_000);
    expect(feed).toMatchObject({ symbols: ['BTCUSDT', 'ETHUSDT'], speed: 'max' });
    expect(journal).toMatchObject({ fsync: false, segmentBytesMax: 2_097_152 });
  });

  test('an empty section is no fault', () => {
    expect(valid({ files: [file('metrics:\n'), file('')] }).metrics.host).toBe('127.0.0.1');
  });

  test('the two URLs come from the environment that urlEnv names', () => {
    const url = 'postgres://ops:hush@db/cdb';
    expect(valid({ env: { CDB_DATABASE_URL: url } }).databaseUrl).toEqual({
      url,
      origin: { kind: 'env', name: 'CDB_DATABASE_URL' },
    });
    const renamed = { CDB_POSTGRES_URL_ENV: 'OTHER', OTHER: url, CDB_DATABASE_URL: 'ignored' };
    expect(valid({ env: renamed }).databaseUrl?.url).toBe(url);
  });
});

describe('thresholds', () => {
  test('the set is taken as it ships', () => {
    expect(valid({}).thresholdValues).toEqual(THRESHOLD_SETS.default);
    expect(valid({ flags: [flag('thresholds.set', 'reference')] }).thresholdValues).toEqual(
      THRESHOLD_SETS.reference,
    );
  });

  test('one value is overridden, nested or dotted, by any source', () => {
    const nested = file('thresholds:\n  overrides:\n    regime:\n      adxTrend: 30\n');
    const dotted = file('thresholds:\n  overrides:\n    regime.adxTrend: 30\n');
    const env = { CDB_THRESHOLDS_OVERRIDES_REGIME_ADX_TREND: '30' };
    const flags = [flag('thresholds.overrides.regime.adxTrend', '30')];
    for (const sources of [{ files: [nested] }, { files: [dotted] }, { env }, { flags }]) {
      const { thresholdValues } = valid(sources);
      expect(thresholdValues).toEqual({
        ...THRESHOLD_SETS.default,
        regime: { ...THRESHOLD_SETS.default.regime, adxTrend: 30 },
      });
    }
  });

  test('a limit that some set switches off may be switched off', () => {
    const off = valid({ flags: [flag('thresholds.overrides.regime.atrHighVolBps', 'null')] });
    expect(off.thresholdValues.regime.atrHighVolBps).toBeNull();
    const key = 'thresholds.overrides.regime.adxTrend';
    expect(faultsOf({ flags: [flag(key, 'null')] })).toHaveLength(1);
  });

  test.each([
    ['feed.mexcUrl', 'wbs-api.mexc.com', 'begins with wss:// or ws://'],
    ['feed.mexcUrl', 'https://wbs-api.mexc.com', 'begins with wss:// or ws://'],
    ['feed.binanceRestUrl', 'wss://api.binance.com', 'begins with https:// or http://'],
  ])('%s is no %s', (key, text, required) => {
    const parsed = parseConfig({ flags: [flag(key, text)], env: {}, files: [] });
    expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.required)).toEqual([
      expect.stringContaining(required),
    ]);
  });

  test.each([
    ['risk.maxPositionFraction', '10', 'required a number from 0 to 1, current is "10"'],
    ['regime.adxTrend', 'high', 'required a number, current is "high"'],
    ['risk.autoUnwind', 'maybe', 'required true or false'],
    ['signal.adapter', 'magic', 'required one of momentum_builtin, primary_breakout_v1'],
  ])('%s refuses "%s"', (key, text, words) => {
    const [fault] = faultsOf({ flags: [flag(`thresholds.overrides.${key}`, text)] });
    expect(fault).toContain(words);
  });
});

describe('faults', () => {
  test('all are reported at once, each with place, requirement and current value', () => {
    const text = 'metrics:\n  port: 70000\n  prot: 1\nrun:\n  mode: live\njournal: 5\n';
    expect(
      faultsOf({
        files: [file(text)],
        env: { CDB_AUDIT_BATCH_ROWS: '5', CDB_FEED_SPEED: 'fast' },
        flags: [flag('run.seed', '-1')],
      }),
    ).toEqual([
      'flag --run.seed  run.seed: required an integer from 0 to 4294967295, current is "-1"',
      'env CDB_FEED_SPEED  feed.speed: required a factor above 0 and up to 100000 such as "20x", or "max", current is "fast"',
      'cdb.yaml:2  metrics.port: required an integer from 0 to 65535, current is 70000',
      'cdb.yaml:3  metrics.prot: required a known key; did you mean "metrics.port"?, current is 1',
      'cdb.yaml:5  run.mode: required one of shadow, paper, current is "live"',
      'cdb.yaml:6  journal: required a section with keys such as segmentBytesMax, retentionSegmentsMax, fsync, current is 5',
      'env CDB_AUDIT_BATCH_ROWS  CDB_AUDIT_BATCH_ROWS: required a known key; did you mean "CDB_AUDIT_BATCH_ROWS_MAX"?, current is "5"',
    ]);
  });

  test.each([
    ['risk:\n  maxPosition: 0.1\n', 'thresholds.overrides.risk.maxPositionFraction'],
    ['audit:\n  commitTimeout: 5\n', 'audit.commitTimeoutMs'],
    ['breaker:\n  loss: 0.1\n', 'thresholds.overrides.breaker.lossMaxFraction'],
    ['statedir: x\n', 'stateDir'],
  ])('a key without its unit, or a typo, names the right one: %j', (text, meant) => {
    expect(faultsOf({ files: [file(text)] })).toEqual([
      expect.stringContaining(`did you mean "${meant}"?`),
    ]);
  });

  test('a value is judged even where another source wins', () => {
    const sources = { flags: [flag('metrics.port', '1')], env: { CDB_METRICS_PORT: 'x' } };
    expect(faultsOf(sources)).toEqual([expect.stringContaining('env CDB_METRICS_PORT')]);
  });

  test('text that is no YAML, and YAML that holds no keys, name file and line', () => {
    expect(faultsOf({ files: [file('a: 1\nb: [\n')] })[0]).toMatch(
      /^cdb\.yaml:[23] {2}\(file\): required valid YAML/,
    );
    expect(faultsOf({ files: [file('- 1\n')] })[0]).toContain('required keys and values');
    expect(faultsOf({ files: [file('stateDir: a\nstateDir: b\n')] })[0]).toContain('cdb.yaml:2');
  });

  test('a wrong URL is shown without its password', () => {
    const [fault] = faultsOf({ env: { CDB_REDIS_URL: 'http://ops:hush@redis:6379' } });
    expect(fault).toContain('required a URL that starts with redis://');
    expect(fault).not.toContain('hush');
  });

  test.each(['', '/', '/0', '/15'])('the URL of a Redis may name a database: "%s"', (path) => {
    expect(faultsOf({ env: { CDB_REDIS_URL: `redis://redis:6379${path}` } })).toEqual([]);
  });

  test.each(['/abc', '/1/2', '/0x1', '/-1'])('"%s" is no database of a Redis', (path) => {
    const [fault] = faultsOf({ env: { CDB_REDIS_URL: `redis://ops:hush@redis:6379${path}` } });
    expect(fault).toContain('required a URL whose path is the number of a database');
    expect(fault).not.toContain('hush');
  });

  test('variables outside the known families are left alone', () => {
    expect(faultsOf({ env: { CDB_TEST_DATABASE: 'x', CDB: 'y' } })).toEqual([]);
  });
});

describe('secrets', () => {
  const url = 'redis://ops:hush@redis';
  const named = file('redis:\n  urlFile: redis.url\n');
  const reader = (isExposed: boolean, text = `${url}\n`) => ({
    readSecretFile: () => ({ ok: true, text, isExposed }) as const,
  });

  test('a URL is read from the file that urlFile names', () => {
    expect(valid({ files: [named], ...reader(false) }).redisUrl).toEqual({
      url,
      origin: { kind: 'file', path: 'redis.url', line: 1 },
    });
    expect(valid({ files: [named] }).redisUrl).toBeUndefined();
  });

  test('a file that others can read is refused, and so is a second source', () => {
    expect(faultsOf({ files: [named], ...reader(true) })).toEqual([
      'redis.url:1  redis.urlFile: required a file that only its owner may read (chmod 600), current is not shown',
    ]);
    expect(faultsOf({ files: [named], env: { CDB_REDIS_URL: url }, ...reader(false) })).toEqual([
      expect.stringContaining('required one source: CDB_REDIS_URL is set as well'),
    ]);
  });

  test('what stands in the file is not shown when it is no URL', () => {
    const faults = faultsOf({ files: [named], ...reader(false, 'hush') });
    expect(faults).toEqual([expect.stringMatching(/required a URL that .* current is not shown$/)]);
  });

  test('a file that cannot be read is named with the place that names it', () => {
    const readSecretFile = () => ({ ok: false, why: 'there is no such file' }) as const;
    expect(faultsOf({ files: [named], readSecretFile })).toEqual([
      'cdb.yaml:2  redis.urlFile: required a file that can be read: there is no such file, current is not shown',
    ]);
  });

  test.each([
    ['a URL with a password', 'feed:\n  source: postgres://ops:hush@db/cdb\n', 'feed.source'],
    ['a URL in place of a name', 'postgres:\n  urlEnv: postgres://o:hush@db\n', 'postgres.urlEnv'],
    ['a URL in a list', 'feed:\n  symbols: [A, redis://o:hush@db]\n', 'feed.symbols'],
    ['a key that sounds secret', 'mexc:\n  apiSecret: hush\n', 'mexc.apiSecret'],
    ['a key with a dash', 'mexc:\n  api-key: [hush]\n', 'mexc.api-key'],
  ])('%s is refused by name and not shown', (_, text, key) => {
    const [fault, ...more] = faultsOf({ files: [file(text)] });
    expect(fault).toMatch(/^cdb\.yaml:2 {2}/);
    const words = ' required no password, token or key';
    expect([`${key}:${words}`, `${key}${words}`].some((one) => fault?.includes(one))).toBe(true);
    expect(fault).toMatch(/current is not shown$/);
    expect(more).toEqual([]);
    expect(faultsOf({ flags: [flag(key, 'redis://o:hush@db')] })[0]).toMatch(/is not shown$/);
  });

  test('a URL without a password in place of a name is refused too', () => {
    expect(faultsOf({ files: [file('postgres:\n  urlEnv: postgres://db/cdb\n')] })).toEqual([
      expect.stringContaining('required the name of an environment variable'),
    ]);
  });
});

describe('the file of --env-from', () => {
  const envFile = (text: string, isExposed = false) => parseEnvFile('ops.env', text, isExposed);

  test('counts after the environment and before files', () => {
    const files = [file('metrics:\n  port: 3\nrun:\n  seed: 3\n')];
    const config = valid({
      env: { CDB_METRICS_PORT: '1' },
      envFile: envFile('# ours\nCDB_METRICS_PORT=2\nCDB_RUN_SEED=2\n'),
      files,
    });
    expect([config.metrics.port, config.run.seed]).toEqual([1, 2]);
    expect(origin(config, 'run.seed')).toEqual({ kind: 'file', path: 'ops.env', line: 3 });
  });

  test('may hold the URLs if nobody else can read it', () => {
    const text = 'CDB_DATABASE_URL=postgres://ops:hush@db/cdb';
    expect(valid({ envFile: envFile(text) }).databaseUrl?.origin).toMatchObject({ line: 1 });
    expect(faultsOf({ envFile: envFile(text, true) })).toEqual([
      'ops.env:1  CDB_DATABASE_URL: required a file that only its owner may read (chmod 600), current is not shown',
    ]);
    expect(faultsOf({ envFile: envFile('CDB_RUN_SEED=2', true) })).toEqual([]);
  });

  test('has its typos found, and what it cannot set is said', () => {
    expect(
      faultsOf({ envFile: envFile('CDB_RUN_SED=2\nOTHER=x\nCDB_OUTPUT=json\nhush\n') }),
    ).toEqual([
      'ops.env:4  (line): required NAME=VALUE, or a comment that starts with #, current is not shown',
      expect.stringContaining('ops.env:1  CDB_RUN_SED: required a known key; did you mean'),
      'ops.env:3  CDB_OUTPUT: required it in the environment itself, or --output, current is "json"',
    ]);
  });
});

test('every key has its own environment twin', () => {
  const names = CONFIG_KEYS.map(({ env }) => env);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('CDB_STATE_DIR');
});

test('the template says the defaults: commented out and uncommented alike', () => {
  const template = configTemplate();
  const uncommented = template.replace(/^# /gm, '').replace(/^Configuration[^]*?\n\n/, '');
  const { effective, ...config } = valid({ files: [file(uncommented)] });
  const { effective: defaults, ...expected } = valid({ files: [file(template)] });
  expect(config).toEqual(expected);
  expect(defaults.every((value) => value.origin.kind === 'default')).toBe(true);
  expect(effective.every((value) => value.origin.kind === 'file')).toBe(true);
});

describe('a fault of a key that sounds like a secret', () => {
  test('keeps its words when the mask has passed over it', () => {
    const origin = { kind: 'file', path: 'cdb.yaml', line: 4 } as const;
    const text = faultText({ key: 'postgres.password', given: HIDDEN, required: 'no key', origin });
    expect(maskSecrets(text)).toBe(
      'cdb.yaml:4  postgres.password required no key, current is not shown',
    );
  });
});
