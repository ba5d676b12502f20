import type { Check } from '../../doctor/check.js';
import { CHECKS } from '../../doctor/checks.js';
import { examine } from '../../doctor/examine.js';
import type { FactName } from '../../doctor/facts.js';
import { isBad } from '../../doctor/finding.js';
import { GROUPS } from '../../doctor/groups.js';
import { readFacts } from '../../doctor/read-facts.js';
import { dayStatus, ordered } from '../../doctor/verdict.js';
import { EXIT, type ExitCode } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { textTable } from '../tables/text-table.js';
import { writeBundle } from './bundle.js';
import type { CheckUp } from './check-up.js';
import { checkUpJson, checkUpText } from './check-up-text.js';
import { atPlaceExamined } from './at-place-examined.js';
import { chosenChecks, type ChosenChecks } from './chosen-checks.js';
import { dailyReport } from './daily.js';
import type { Doctor, DoctorServices } from './doctor-ports.js';
import { fix } from './fix.js';
import { refuseMixed } from './refuse-mixed.js';

/** 0 all is well or only warns, 1 something is broken or unknown where it counts. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: DoctorServices,
): Promise<number> {
  refuseMixed(options);
  const checks = chosenChecks(CHECKS, options);
  if (options.flag('list')) return listChecks(checks.chosen, io);
  const doctor = await services.doctor(options, io);
  try {
    const checkUp = await examined(checks, doctor, options);
    if (options.flag('daily')) dailyReport(checkUp, { options, io, doctor });
    else {
      printResult(io, {
        command: 'doctor',
        data: checkUpJson(checkUp),
        rows: checkUp.findings,
        text: () => checkUpText(checkUp),
      });
    }
    const bundle = options.text('bundle');
    if (bundle !== undefined) await writeBundle(bundle, checkUp, { io, doctor });
    const isFixed = !options.flag('fix') || (await fix(checkUp, { options, io, doctor }));
    return isFixed ? exitOf(checkUp, options.flag('strict')) : EXIT.FINDING;
  } finally {
    await doctor.close();
  }
}

async function examined(
  { chosen, examined }: ChosenChecks,
  doctor: Doctor,
  options: ParsedOptions,
): Promise<CheckUp> {
  const { probes, checkMs: limitMs, clock } = doctor;
  const startMs = clock.monotonicMs();
  const readings = await readFacts(probes, factsOf(examined), { limitMs, clock });
  const nowMs = doctor.recordedAtMs ?? clock.nowMs();
  const all = await examine(examined, { readings, nowMs, limitMs, clock });
  const asked = new Set(chosen.map(({ id }) => id));
  // A cause that nobody asked for is told where it explains something.
  const told = ordered(all.filter((finding) => asked.has(finding.id) || isBad(finding)));
  const findings = atPlaceExamined(told, options);
  const tookMs = clock.monotonicMs() - startMs;
  return { status: dayStatus(findings), findings, readings, atMs: nowMs, tookMs };
}

function factsOf(checks: readonly Check[]): ReadonlySet<FactName> {
  return new Set(checks.flatMap(({ needs, looks }) => [...needs, ...(looks ?? [])]));
}

function exitOf({ status }: CheckUp, isStrict: boolean): ExitCode {
  return status === 'FAIL' || (isStrict && status === 'WARN') ? EXIT.FINDING : EXIT.OK;
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
