import * as z from 'zod';
import {
  address,
  bytes,
  choice,
  durationMs,
  flag,
  fraction,
  integer,
  optionalAddress,
  optionalText,
  speed,
  text,
  textList,
  variableName,
} from './leaves.js';
import { EXECUTIONS_MAX_MAX } from '../engine/control/execution-throttle.js';
import { URL_VARIABLES } from './secrets.js';
import { STATE_DIR_DEFAULT } from './state-dir.js';
import { PORT_MAX, SEED_MAX } from './values.js';

const KIB = 1_024;
const MIB = 1_024 * KIB;
const GIB = 1_024 * MIB;
const HOUR = 3_600_000;
const STREAM = ['wss:', 'ws:'];
const REST = ['https:', 'http:'];
const DAY = 24 * HOUR;

/**
 * Every setting of cdb but the overrides of single thresholds, whose keys are those of the
 * threshold sets. Limits are here and nowhere else; a key says its unit.
 */
export const configSchema = z.strictObject({
  stateDir: text('where the engine keeps everything', STATE_DIR_DEFAULT),
  feed: z.strictObject({
    source: text(
      '"mexc" or "binance" (live), "redis" (a stack\'s topic), "sample", or a trades file or recording',
      'mexc',
    ),
    symbols: textList('symbols to take; empty: all of a file or topic, BTCUSDT of a venue'),
    speed: speed('how much faster than it happened a file is replayed', 20),
    mexcUrl: address('public stream of MEXC', 'wss://wbs-api.mexc.com', STREAM),
    mexcRestUrl: address(
      'REST of MEXC: its time, and what the watchdog cancels',
      'https://api.mexc.com',
      REST,
    ),
    binanceUrl: address('public stream of Binance', 'wss://stream.binance.com:9443', STREAM),
    binanceRestUrl: address('where Binance says its time', 'https://api.binance.com', REST),
    rotateAfterMs: durationMs('a connection is replaced at this age', 23 * HOUR, 1_000, DAY),
    recordBytesMax: bytes('a recording (run --record) ends at this size', GIB, MIB, 1_024 * GIB),
  }),
  run: z.strictObject({
    mode: choice('where orders go: shadow none, paper simulated', ['shadow', 'paper'], 'shadow'),
    seed: integer('seed of every simulated outcome', 1, 0, SEED_MAX),
    roles: textList('what this process does on Redis: ingest, pipeline, writer; empty: all'),
  }),
  thresholds: z.strictObject({
    set: choice(
      'default works on real markets, reference has the deployed values',
      ['default', 'reference'],
      'default',
    ),
  }),
  triggers: z.strictObject({
    everyMs: durationMs('how often the automatic triggers look', 1_000, 100, 60_000),
    confirmBreaches: integer('so many breaches restrict trading ...', 3, 1, 100),
    confirmLooks: integer('... among so many newest looks', 5, 1, 1_000),
    auditStalledMs: durationMs('decisions can not be committed for so long', 300_000, 1_000, HOUR),
    marketDataStaleMs: durationMs('no symbol of a live feed has data', 120_000, 1_000, DAY),
    clockSkewMs: durationMs("our clock is off the venue's by more", 5_000, 100, HOUR),
    controlLostMs: durationMs(
      'a register place or the control socket is away',
      300_000,
      1_000,
      HOUR,
    ),
    unreadableFraction: fraction('of the frames between two looks', 0.5),
    unreadableFramesMin: integer('fewer unreadable frames are no breach', 5, 1, 1_000_000),
    executionsWindowMs: durationMs('within which orders are counted', 60_000, 1_000, HOUR),
    executionsMax: integer('orders of one strategy within the window', 120, 1, EXECUTIONS_MAX_MAX),
    executionsSamePriceMax: integer(
      'of these with one symbol, side and price',
      10,
      1,
      EXECUTIONS_MAX_MAX,
    ),
  }),
  journal: z.strictObject({
    segmentBytesMax: bytes('a journal segment is closed at this size', 64 * MIB, MIB, GIB),
    retentionSegmentsMax: integer('closed segments kept behind the snapshot', 16, 2, 10_000),
    fsync: flag('flush every batch to disk; off loses data on power failure', true),
  }),
  audit: z.strictObject({
    batchRowsMax: integer('rows in one audit transaction', 500, 1, 10_000),
    commitTimeoutMs: durationMs('a commit that takes longer stalls the audit', 5_000, 100, 60_000),
    spoolBytesMax: bytes('kept on disk while the database is away', 256 * MIB, MIB, 64 * GIB),
    hmacKeyFile: optionalText('file with a key for the hashes of the audit chain; chmod 600'),
  }),
  logs: z.strictObject({
    level: choice(
      'what goes into logs/engine.log, and all above it',
      ['debug', 'info', 'warn', 'error'],
      'info',
    ),
    fileBytesMax: bytes('a log file is set aside at this size', 16 * MIB, 16 * KIB, GIB),
    filesMax: integer('log files kept, the current one included', 8, 2, 1_000),
  }),
  gate: z.strictObject({
    files: textList(
      'delivery gates, which all have to be open; empty: DELIVERY_APPROVED.yaml here and at the root of the repository',
    ),
  }),
  metrics: z.strictObject({
    host: text('address of /metrics, /healthz and /readyz', '127.0.0.1'),
    port: integer('port of /metrics, /healthz and /readyz; 0 is off', 9464, 0, PORT_MAX),
  }),
  watchdog: z.strictObject({
    limitMs: durationMs('an engine that does not move for so long is late', 2_000, 500, 300_000),
    lateLooks: integer('so many late looks in a row are an alarm', 3, 1, 100),
    symbols: textList('whose open orders it cancels at MEXC; empty: feed.symbols, else BTCUSDT'),
    requestTimeoutMs: durationMs('a request to MEXC ends after', 5_000, 100, 60_000),
    apiKeyEnv: variableName('environment variable with its own API key', 'CDB_WATCHDOG_API_KEY'),
    apiKeyFile: optionalText('file with its own API key; chmod 600'),
    apiSecretEnv: variableName('environment variable with the secret', 'CDB_WATCHDOG_API_SECRET'),
    apiSecretFile: optionalText('file with the secret of its API key; chmod 600'),
  }),
  doctor: z.strictObject({
    windowMs: durationMs('how far back the check-up looks', HOUR, 60_000, 7 * DAY),
    checkMs: durationMs('one check, and the reading of one fact, end after', 2_000, 100, 60_000),
    services: textList(
      'members of a stack that are expected, each NAME, or NAME=http://host:port to ask its /health, /status, /metrics',
    ),
    containers: optionalText('"docker", or a file with what docker inspect, ps or stats printed'),
    network: optionalText('the only network that its containers may be on'),
    logs: optionalText('log file, or directory with one log for each service'),
    logsZone: text('zone of times in logs that name none: UTC, +01:00, Europe/Berlin', 'UTC'),
    scrapes: textList('recorded answers of /metrics in place of a service, each NAME=FILE'),
    prometheusUrl: optionalAddress('Prometheus that knows scrapes, rules and targets', REST),
    rules: textList('alert rule files, or directories of them'),
    dashboards: textList('dashboard files (JSON of Grafana), or directories of them'),
    repository: optionalText('git repository that is examined; else the one of this directory'),
    killSwitchFiles: textList(
      'kill-switch file of a stack, as each of its services sees it (risk, execution)',
    ),
    protection: optionalText('file with the branch protection that is expected (JSON)'),
    gateOutput: textList(
      'recorded outputs of CI gates (how many tests they counted), or directories',
    ),
    stateFiles: optionalText('folder of the LR state files and their manifest, LR-TASKS.yaml'),
  }),
  postgres: z.strictObject({
    binariesDir: optionalText('PostgreSQL binaries to use instead of the packaged ones'),
    urlEnv: variableName(
      'environment variable with the URL of an external one',
      URL_VARIABLES.databaseUrl,
    ),
    urlFile: optionalText('file with the URL of an external one; chmod 600'),
  }),
  redis: z.strictObject({
    urlEnv: variableName(
      'environment variable with the URL of an external one',
      URL_VARIABLES.redisUrl,
    ),
    urlFile: optionalText('file with the URL of an external one; chmod 600'),
    shards: integer('parts of the symbols that processes can own; of a run, for good', 1, 1, 64),
    leaseMs: durationMs(
      'a process that is silent for so long loses what it owns',
      5_000,
      500,
      60_000,
    ),
    inputsMax: integer(
      'inputs that may wait in a shard before the rest waits on disk',
      200_000,
      1_000,
      10_000_000,
    ),
    waitReplicas: integer('replicas that must have a commit before it counts', 0, 0, 16),
  }),
});

export type Settings = z.infer<typeof configSchema>;
