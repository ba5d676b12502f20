import { maskSecrets } from '../../config/mask.js';
import { dayReport, type DayReport } from '../../doctor/report/day-report.js';
import { reportMarkdown } from '../../doctor/report/markdown.js';
import { DependencyError } from '../../operator-error.js';
import { durationText, utcText } from '../../view/age.js';
import { BUILD } from '../build-info.js';
import type { CommandIo } from '../command-io.js';
import { operatorName } from '../operator-name.js';
import { envelope, printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import type { CheckUp } from './check-up.js';
import { skippedLines, stepText } from './check-up-text.js';
import type { Doctor } from './doctor-ports.js';

interface Call {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly doctor: Doctor;
}

/** Prints the report of the day, and keeps it where that is asked for. */
export function dailyReport(checkUp: CheckUp, { options, io, doctor }: Call): void {
  const report = dayReport({
    readings: checkUp.readings,
    findings: checkUp.findings,
    nowMs: checkUp.atMs,
    tookMs: checkUp.tookMs,
    about: {
      operator: operatorName(io.env),
      'state directory': doctor.stateDir,
      cdb: `${BUILD.version} (${BUILD.commit})`,
    },
    before: doctor.recordedAtMs === null ? doctor.reports.before() : [],
    isWhole: !options.flag('offline'),
  });
  const forms = {
    json: `${envelope('doctor.daily', report, checkUp.atMs)}\n`,
    markdown: maskSecrets(reportMarkdown(report)),
  };
  const print = (written: readonly string[]) => {
    printResult(io, {
      command: 'doctor.daily',
      data: report,
      text: () => dailyText(report, checkUp, written),
    });
  };
  try {
    print(options.flag('write') ? doctor.reports.write(checkUp.atMs, forms) : []);
  } catch (fault) {
    // A disk that takes no report may be just what the findings are about.
    if (fault instanceof DependencyError) print([]);
    throw fault;
  }
}

/** A screen of it; the whole is in the files. */
function dailyText(report: DayReport, checkUp: CheckUp, written: readonly string[]): string {
  const { compared, header, top_findings: top } = report;
  const commit = header['commit'] === undefined ? '' : `   commit ${header['commit']}`;
  const lines = [
    `DAILY CHECK-UP  ${utcText(checkUp.atMs)}${commit}   ${report.status}   ${newsWords(report)}`,
    'top 3',
    ...top.map(
      ({ status, level, id, says }, at) =>
        ` ${at + 1} ${status.padEnd(7)} ${status === 'OK' ? '  ' : level} ${id}   ${says}`,
    ),
    `matrix     ${groupWords(checkUp)}`,
    ...skippedLines(checkUp.findings),
    ...(compared.flapping.length === 0 ? [] : [`flapping   ${compared.flapping.join(', ')}`]),
    `next step (exactly one): ${stepText(report.next_step)}`,
    `${checkUp.findings.length} checks in ${durationText(checkUp.tookMs)}`,
    ...written.map((path) => `written    ${path}`),
  ];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

function newsWords({ compared }: DayReport): string {
  if (compared.previous_at === null) return '(no earlier report)';
  return `(new: ${compared.new.length}, gone: ${compared.gone.length}, still: ${compared.still.length})`;
}

/** `config 5/5  postgres 6/7`: what is well of what was examined. */
function groupWords({ findings }: CheckUp): string {
  const examined = findings.filter(({ status }) => status !== 'SKIP');
  const groups = [...new Set(examined.map(({ group }) => group))].sort();
  return groups
    .map((group) => {
      const of = examined.filter((finding) => finding.group === group);
      return `${group} ${of.filter(({ status }) => status === 'OK').length}/${of.length}`;
    })
    .join('  ');
}
