import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import { ledgerFiles } from '../../../src/adapters/files/ledger-files.js';
import {
  prepareStateDirectory,
  stateDirectory,
  type StateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { FactName } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import { initialRecord } from '../../../src/engine/control/register.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { saveProof } from '../../../src/main/operator/drill-place.js';
import { openDoctor } from '../../../src/main/doctor/open-doctor.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

const CHECK_MS = 5_000;

/** A directory of an operator, with a state directory in it, and the real probes on both. */
export class SafetyBench {
  readonly cwd = realpathSync(mkdtempSync(join(tmpdir(), 'cdb-safety-')));
  readonly state: StateDirectory = stateDirectory(join(this.cwd, '.cdb'));
  readonly env: Record<string, string> = { HOME: this.cwd, PATH: process.env['PATH'] ?? '' };

  /** A state directory in which an engine once ran. */
  ranBefore(change: Partial<ControlRecord> = {}): ControlRecord {
    prepareStateDirectory(this.state);
    const first = initialRecord({ mode: 'paper', operator: 'ops', atMs: Date.now() - 3_600_000 });
    const record = { ...first, ...change };
    rmSync(this.state.control, { force: true });
    latchPlace(this.state.control).write(record);
    return record;
  }

  /** A drill as it is kept, in the proofs and in the ledger. */
  drill(
    change: { readonly agoMs?: number; readonly passed?: boolean; readonly after?: number } = {},
  ): string {
    const { agoMs = 3_600_000, passed = true, after = 0 } = change;
    const endedAtMs = Date.now() - agoMs;
    const proof = {
      passed,
      why: passed ? '' : 'past the limit: last order out',
      rounds: 5,
      ended_at: new Date(endedAtMs).toISOString(),
      orders_after_the_stop: after,
      spreads_ms: { lastOrderMs: { p50: 1, p95: 2, p99: 2, max: passed ? 12 : 4_800 } },
    };
    const name = `drill-${proof.ended_at.replaceAll(':', '-')}.json`;
    const { path, sha256 } = saveProof(this.state.root, name, proof);
    ledgerFiles(this.state.ledger).append({
      kind: 'drill',
      action: 'kill switch drill',
      atMs: endedAtMs,
      who: 'ops',
      why: '',
      details: { verdict: passed ? 'PASS' : 'FAIL', proof: name, sha256 },
    });
    return path;
  }

  /** A file below the directory. */
  write(name: string, text: string, mode = 0o600): string {
    const path = join(this.cwd, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode });
    return path;
  }

  git(...words: readonly string[]): void {
    const who = ['-c', 'user.name=owner', '-c', 'user.email=owner@example.com'];
    execFileSync('git', [...who, '-C', this.cwd, ...words], { stdio: 'ignore' });
  }

  /** All that the group finds now, by id. */
  async findings(): Promise<ReadonlyMap<string, Finding>> {
    const clock = systemClock();
    const io = fakeCommandIo({ cwd: this.cwd, env: this.env, nowMs: () => clock.nowMs() });
    const { probes } = await openDoctor(new ParsedOptions({}), io);
    const checks = CHECKS.filter(({ group }) => group === 'safety');
    const names = new Set<FactName>(
      checks.flatMap(({ needs, looks = [] }) => [...needs, ...looks]),
    );
    const readings = await readFacts(probes, names, { limitMs: CHECK_MS, clock });
    const nowMs = clock.nowMs();
    const all = await examine(checks, { readings, nowMs, limitMs: CHECK_MS, clock });
    return new Map(all.map((finding) => [finding.id, finding]));
  }

  async finding(id: string): Promise<Finding> {
    const finding = (await this.findings()).get(id);
    if (finding === undefined) throw new Error(`no check ${id}`);
    return finding;
  }

  remove(): void {
    rmSync(this.cwd, { recursive: true, force: true });
  }
}

/** Neither well nor left out. */
export function alarms(findings: ReadonlyMap<string, Finding>): readonly string[] {
  return [...findings.values()]
    .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
    .map(({ id, status, says }) => `${status} ${id}: ${says}`);
}
