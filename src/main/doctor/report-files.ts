import { join } from 'node:path';
import { writeFileAtomic } from '../../adapters/files/atomic-file.js';
import { newestFileText } from '../../adapters/files/newest-file.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import type { DayReports } from '../../commands/doctor/doctor-ports.js';
import { REPORT_BYTES_MAX, REPORT_JSON_NAME, reportName } from '../../doctor/report/file-name.js';
import { readPastReports } from '../../doctor/report/read-past-reports.js';
import { appendToDay, keepingReports } from '../operator/day-report.js';

export function dayReports(state: StateDirectory): DayReports {
  return {
    // One that can't be read is none to compare with: today's findings count, not yesterday's.
    before: () =>
      readPastReports(newestFileText(state.reports, REPORT_JSON_NAME, REPORT_BYTES_MAX) ?? ''),
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
