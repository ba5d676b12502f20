import type { Check } from '../../doctor/check.js';
import { CHECKS } from '../../doctor/checks.js';
import { examine } from '../../doctor/examine.js';
import type { FactName } from '../../doctor/facts.js';
import { isBad, type Finding } from '../../doctor/finding.js';
import { GROUPS } from '../../doctor/groups.js';
import { readFacts } from '../../doctor/read-facts.js';
import { dayStatus, ordered } from '../../doctor/verdict.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { textTable } from '../tables/text-table.js';
import { chosenChecks } from './chosen-checks.js';
import type { Doctor, DoctorServices } from './doctor-ports.js';
import { checkUpJson, checkUpText } from './check-up-text.js';

/** 0 all is well or only warns, 1 something is broken or unknown where it counts. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DoctorServices,
): Promise<number> {
  const { chosen, examined } = chosenChecks(CHECKS, options);
  if (options.flag('list')) return listChecks(chosen, io);
  const doctor = await services.doctor(options, io);
  const { clock } = doctor;
  const startMs = clock.monotonicMs();
  const { all, nowMs } = await answers(doctor, examined).finally(() => doctor.close());
  const asked = new Set(chosen.map(({ id }) => id));
  // A cause that nobody asked for is told where it explains something.
  const findings = ordered(all.filter((finding) => asked.has(finding.id) || isBad(finding)));
  const status = dayStatus(findings);
  const checkUp = { status, findings, atMs: nowMs, tookMs: clock.monotonicMs() - startMs };
  printResult(io, {
    command: 'doctor',
    data: checkUpJson(checkUp),
    rows: findings,
    text: () => checkUpText(checkUp),
  });
  return exitOf(status, options.flag('strict'), findings);
}

async function answers({ probes, checkMs: limitMs, clock }: Doctor, checks: readonly Check[]) {
  const readings = await readFacts(probes, factsOf(checks), { limitMs, clock });
  const nowMs = clock.nowMs();
  return { all: await examine(checks, { readings, nowMs, limitMs, clock }), nowMs };
}

function factsOf(checks: readonly Check[]): ReadonlySet<FactName> {
  return new Set(checks.flatMap(({ needs, looks }) => [...needs, ...(looks ?? [])]));
}

function exitOf(status: string, isStrict: boolean, findings: readonly Finding[]): number {
  const warns = findings.some((finding) => finding.status === 'WARN' || isBad(finding));
  return status === 'FAIL' || (isStrict && warns) ? EXIT.FINDING : EXIT.OK;
}

function listChecks(checks: readonly Check[], io: CommandIo): number {
  const told = GROUPS.flatMap((group) => checks.filter((check) => check.group === group));
  printResult(io, {
    command: 'doctor.list',
    data: { checks: told.map(listed) },
    rows: told.map(listed),
    text: () =>
      textTable(
        ['check', 'level', 'examines'].map((title) => ({ title })),
        told.map(({ id, level, title }) => [id, level, title]),
      ),
  });
  return EXIT.OK;
}

function listed({ id, group, level, title, matters, after, windowMs }: Check) {
  return { id, group, level, title, matters, after: after ?? [], window_ms: windowMs };
}
