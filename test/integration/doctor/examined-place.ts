import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import type { Check } from '../../../src/doctor/check.js';
import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { FactName, Probes } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import type { Group } from '../../../src/doctor/groups.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import { openDoctor } from '../../../src/main/doctor/open-doctor.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

interface Asked {
  /** Of the process, beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, string | boolean>>;
  /** In place of what the machine has. */
  readonly probes?: Partial<Probes>;
}

/** A directory that the check-up looks at, with its real probes. */
export class ExaminedPlace {
  readonly directory = mkdtempSync(join(tmpdir(), 'cdb-doctor-'));

  write(path: string, text: string | object): string {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text));
    return file;
  }

  /** Findings of these groups, by id. */
  async findings(
    groups: readonly Group[],
    { env = {}, options = {}, probes = {} }: Asked = {},
  ): Promise<Readonly<Record<string, Finding>>> {
    const io = fakeCommandIo({
      cwd: this.directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.directory, ...env },
    });
    const doctor = await openDoctor(new ParsedOptions(options), io);
    const { checkMs: limitMs, clock } = doctor;
    const checks = CHECKS.filter(({ group }) => groups.includes(group));
    const wanted = new Set(checks.flatMap(factsOf));
    const readings = await readFacts({ ...doctor.probes, ...probes }, wanted, { limitMs, clock });
    const found = await examine(checks, { readings, nowMs: clock.nowMs(), limitMs, clock });
    return Object.fromEntries(found.map((finding) => [finding.id, finding]));
  }

  end(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function factsOf({ needs, looks }: Check): readonly FactName[] {
  return [...needs, ...(looks ?? [])];
}

/** All that is neither well nor left out, in words. */
export function complaints(findings: Readonly<Record<string, Finding>>): readonly string[] {
  return Object.values(findings)
    .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
    .map(({ id, status, says }) => `${status} ${id}: ${says}`);
}
