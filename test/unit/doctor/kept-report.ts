import { CHECKS } from '../../../src/doctor/checks.js';

/** As `cdb doctor --daily --write` keeps it; a quarter of an hour after the halt of the tests. */
export function keptReport(
  change: {
    readonly status?: string;
    readonly observed_at?: string;
    readonly is_whole?: boolean;
    readonly stateDir?: string;
    readonly without?: string;
    readonly schema?: string;
  } = {},
): string {
  const { status = 'WARN', observed_at = '2026-02-09T15:15:00.000Z', is_whole = true } = change;
  const { stateDir = '/nowhere/.cdb', schema = 'cdb.doctor.daily/1' } = change;
  const findings = CHECKS.filter(({ id }) => id !== change.without).map(({ id }) => ({
    id,
    status: status === 'FAIL' ? 'BLOCKER' : 'OK',
  }));
  const header = { date: '2026-02-09', 'state directory': stateDir };
  const data = { status, observed_at, is_whole, header, findings };
  return JSON.stringify({ schema, generated_at: observed_at, data });
}
