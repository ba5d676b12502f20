import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ENGINE_LOG_NAME } from '../../adapters/files/log-file-names.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import type { BundleFile } from '../../commands/doctor/doctor-ports.js';
import { maskSecrets } from '../../config/mask.js';
import { REPORT_JSON_NAME } from '../../doctor/report/file-name.js';

/** Of each file the end: what happened last is what somebody else needs. */
const FILE_CHARS_MAX = 1_000_000;
const REPORTS_MAX = 3;

/** What the state directory has for somebody who looks at a fault from elsewhere; masked. */
export function bundleFiles(state: StateDirectory): readonly BundleFile[] {
  const log = join(state.logs, ENGINE_LOG_NAME);
  const paths = [state.control, state.runs, log, ...newestReports(state.reports)];
  return paths.flatMap((path) => {
    const text = textOf(path);
    if (text === null) return [];
    const kept = text.length > FILE_CHARS_MAX ? text.slice(-FILE_CHARS_MAX) : text;
    return [{ name: `state/${basename(path)}`, text: masked(kept) }];
  });
}

/** Line by line, so that a secret of one line takes no other line with it. */
function masked(text: string): string {
  return text.split('\n').map(maskSecrets).join('\n');
}

function newestReports(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).filter((name) => REPORT_JSON_NAME.test(name));
    return names
      .sort()
      .slice(-REPORTS_MAX)
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
