import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { examine } from '../../../src/doctor/examine.js';
import type { Facts, Probes, Readings } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { POSTGRES_CHECKS } from '../../../src/doctor/postgres/checks.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import type { Clock } from '../../../src/engine/ports/clock.js';
import { doctorPlace } from '../../../src/main/doctor/doctor-place.js';
import { postgresProbes } from '../../../src/main/doctor/postgres-probes.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { readingsWith } from '../../unit/doctor/readings.js';

const LIMIT_MS = 10_000;

interface Bench {
  readonly env?: Readonly<Record<string, string>>;
  /** Ours, as it may be wrong. */
  readonly clock?: Clock;
  /** What probes of other groups saw. */
  readonly others?: Partial<Facts>;
  readonly stateDir?: string;
}

/** What the checks of "postgres" and "schema" find of a real database, read by the real probes. */
export async function examined(
  target: PgTarget | string | null,
  { env = {}, clock = systemClock(), others = {}, stateDir }: Bench = {},
): Promise<readonly Finding[]> {
  const made = stateDir ?? mkdtempSync(join(tmpdir(), 'cdb-doctor-'));
  const url = typeof target === 'string' || target === null ? target : urlOf(target);
  const io = fakeCommandIo({
    cwd: made,
    env: {
      CDB_STATE_DIR: made,
      CDB_DOCTOR_CHECK_MS: String(LIMIT_MS),
      ...(url === null ? {} : { CDB_DATABASE_URL: url }),
      ...env,
    },
  });
  const options = new ParsedOptions({ offline: false });
  const place = { ...(await doctorPlace(options, io)), clock };
  expectNoFault(place.faults);
  try {
    // Probes of other groups have nothing to ask here.
    const probes = postgresProbes(place) as Probes;
    const wanted = new Set(Object.keys(probes)) as ReadonlySet<keyof Facts>;
    const mine = await readFacts(probes, wanted, { limitMs: LIMIT_MS, clock });
    const nowMs = clock.nowMs();
    const readings: Readings = { ...readingsWith(others, nowMs), ...mine };
    return await examine(POSTGRES_CHECKS, { readings, nowMs, limitMs: LIMIT_MS, clock });
  } finally {
    await place.database?.close();
    if (stateDir === undefined) rmSync(made, { recursive: true, force: true });
  }
}

function expectNoFault(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

export function urlOf({ host, port, user, database, password = '' }: PgTarget): string {
  return `postgres://${user}:${password}@${host}:${port}/${database}`;
}

export function one(findings: readonly Finding[], id: string): Finding {
  const found = findings.find((finding) => finding.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}

/** What an operator would see of checks that are neither well nor left out: `FAIL P1 id: words`. */
export function alarms(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
    .map(({ status, level, id, says }) => `${status} ${level} ${id}: ${says}`);
}

const OLD = join(import.meta.dirname, '../../fixtures/old-stack');

/** Of the old stack: `base`, `002`, `risk_events_v2`. */
export function oldSql(...names: readonly string[]): readonly string[] {
  return names.map((name) => readFileSync(join(OLD, `${name}.sql`), 'utf8'));
}
