import { z } from 'zod';
import { bytes, choice, durationMs, flag, integer, optionalText, speed, text, textList } from './leaves.js';
import type { LeafMeta } from './leaves.js';
import { thresholdKeys } from './threshold-overrides.js';

const MIB = 1_048_576;
const GIB = 1_024 * MIB;
const SEED_MAX = 2 ** 32 - 1;

/**
 * Every setting of cdb except the thresholds' overrides, whose keys are those of the threshold
 * sets. Limits are here and nowhere else; a key says its unit.
 */
const SECTIONS = {
  feed: {
    source: text('"sample", or a trades file (.csv.gz, .ndjson)', 'sample'),
    symbols: textList('symbols to take from the feed; empty takes all'),
    speed: speed('how much faster than it happened a file is replayed', 20),
  },
  run: {
    mode: choice('where orders go: shadow sends none, paper simulates', ['shadow', 'paper'], 'shadow'),
    seed: integer('seed of every simulated outcome', 1, 0, SEED_MAX),
  },
  thresholds: {
    set: choice(
      'default works on real markets, reference has the deployed values',
      ['default', 'reference'],
      'default',
    ),
  },
  journal: {
    segmentBytesMax: bytes('a journal segment is closed at this size', 64 * MIB, MIB, GIB),
    retentionSegmentsMax: integer('closed segments kept behind the newest snapshot', 16, 2, 10_000),
    fsync: flag('flush every journal batch to the disk; off loses data on power failure', true),
  },
  audit: {
    batchRowsMax: integer('rows in one audit transaction', 500, 1, 10_000),
    batchDelayMsMax: durationMs('how long a decision waits for others in its batch', 5, 0, 1_000),
    commitTimeoutMs: durationMs('a commit that takes longer stalls the audit', 5_000, 100, 60_000),
    spoolBytesMax: bytes('decisions kept on disk while the database is away', 256 * MIB, MIB, 64 * GIB),
  },
  metrics: {
    host: text('address of /metrics, /healthz and /readyz', '127.0.0.1'),
    port: integer('port of /metrics, /healthz and /readyz; 0 is off', 9464, 0, 65_535),
  },
  logs: {
    level: choice('least severe level written', ['debug', 'info', 'warn', 'error'], 'info'),
    fileBytesMax: bytes('a log file is rotated at this size', 16 * MIB, 64 * 1_024, GIB),
    filesMax: integer('rotated log files kept', 5, 1, 100),
  },
  postgres: {
    binariesDir: optionalText('PostgreSQL binaries to use instead of the packaged ones'),
    urlEnv: text('environment variable with the URL of an external database', 'CDB_DATABASE_URL'),
  },
  redis: {
    urlEnv: text('environment variable with the URL of an external Redis', 'CDB_REDIS_URL'),
  },
} as const;

const stateDir = text('where the engine keeps everything', '.cdb');

export const configSchema = z.strictObject({
  stateDir,
  feed: z.strictObject(SECTIONS.feed),
  run: z.strictObject(SECTIONS.run),
  thresholds: z.strictObject(SECTIONS.thresholds),
  journal: z.strictObject(SECTIONS.journal),
  audit: z.strictObject(SECTIONS.audit),
  metrics: z.strictObject(SECTIONS.metrics),
  logs: z.strictObject(SECTIONS.logs),
  postgres: z.strictObject(SECTIONS.postgres),
  redis: z.strictObject(SECTIONS.redis),
});
