import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded, writeFileAtomic } from '../../adapters/files/atomic-file.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import type { DayReports } from '../../commands/doctor/doctor-ports.js';
import { REPORT_JSON_NAME, reportName } from '../../doctor/report/file-name.js';
import { readPastReports } from '../../doctor/report/read-past-reports.js';
import { appendToDay, keepingReports } from '../operator/day-report.js';

const REPORT_BYTES_MAX = 16 * 1_024 * 1_024;

export function dayReports(state: StateDirectory): DayReports {
  return {
    before: () => {
      const name = newestReport(state.reports);
      return name === null ? [] : readPastReports(textOf(join(state.reports, name)));
    },
    write: (atMs, { json, markdown }) => {
      const path = join(state.reports, `${reportName(atMs)}.json`);
      const page = appendToDay(state, { atMs, text: markdown });
      keepingReports(state, path, () => {
        writeFileAtomic(path, json);
      });
      return [page, path];
    },
  };
}

function newestReport(directory: string): string | null {
  try {
    const names = readdirSync(directory).filter((name) => REPORT_JSON_NAME.test(name));
    return names.sort().at(-1) ?? null;
  } catch {
    // There is no such directory before the first report.
    return null;
  }
}

/** One that can't be read is none to compare with: today's findings count, not yesterday's. */
function textOf(path: string): string {
  try {
    const file = readBounded(path, REPORT_BYTES_MAX);
    return file.kind === 'text' ? file.text : '';
  } catch {
    return '';
  }
}
