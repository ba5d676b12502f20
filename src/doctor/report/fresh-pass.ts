import * as z from 'zod';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';
import { durationText } from '../../view/age.js';
import { STATUSES } from '../finding.js';

/** What was well longer ago need not be any more. */
export const PASS_MS_MAX = 3_600_000;
/** Clocks of two hosts differ by so much. */
const AHEAD_MS_MAX = 5_000;
const WAYS = 'cdb doctor --daily --write';

const REPORT = z.object({
  schema: z.literal('cdb.doctor.daily/1'),
  data: z.object({
    status: z.enum(['PASS', 'WARN', 'FAIL']),
    observed_at: z.iso.datetime(),
    is_whole: z.boolean(),
    header: z.object({ 'state directory': z.string() }),
    findings: z.array(z.object({ id: z.string(), status: z.enum(STATUSES) })),
  }),
});

export interface PassAsked {
  /** For which it has to be made. */
  readonly stateDir: string;
  readonly nowMs: number;
  /** What has happened since is in no older report. */
  readonly notBeforeMs: number;
  /** All checks that this build has. */
  readonly checkIds: readonly string[];
}

export type FreshPass =
  | { readonly state: 'pass'; readonly says: string }
  /** `missing`: nothing was examined; `no`: it was, and vouches for nothing. */
  | { readonly state: 'missing' | 'no'; readonly why: string; readonly todo: string };

/**
 * Whether the newest kept report vouches for the system now. Whatever is not certain is a no.
 * @param json of the newest report; null where there is none that can be read
 */
export function freshPass(json: string | null, asked: PassAsked): FreshPass {
  if (json === null) return { state: 'missing', why: 'no check-up was kept here', todo: WAYS };
  const report = REPORT.safeParse(jsonOrNull(json));
  if (!report.success) return no('the newest report cannot be understood');
  const { status, observed_at: at, is_whole: isWhole, header, findings } = report.data.data;
  const ageMs = asked.nowMs - Date.parse(at);
  if (header['state directory'] !== asked.stateDir) {
    return no(`the report of ${at} is of another state directory (${header['state directory']})`);
  }
  if (ageMs < -AHEAD_MS_MAX) return no(`the report of ${at} is of a time to come`);
  if (ageMs > PASS_MS_MAX) {
    return no(
      `the newest report is ${durationText(ageMs)} old (at most ${durationText(PASS_MS_MAX)})`,
    );
  }
  if (Date.parse(at) < asked.notBeforeMs) {
    return no(`the report of ${at} was made before what is to be released`);
  }
  if (status === 'FAIL') return no(`the report of ${at} says FAIL: ${worst(findings)}`);
  const told = new Set(findings.map(({ id }) => id));
  const untold = asked.checkIds.filter((id) => !told.has(id));
  if (!isWhole || untold.length > 0) {
    return no(
      `the report of ${at} is not of the whole system (${untold.join(', ') || '--offline'})`,
    );
  }
  return { state: 'pass', says: `${status} ${durationText(ageMs)} ago, ${findings.length} checks` };
}

function worst(findings: readonly { readonly id: string; readonly status: string }[]): string {
  const bad = findings.filter(({ status }) => !['OK', 'WARN', 'SKIP'].includes(status));
  const names = bad.slice(0, 3).map(({ id, status }) => `${status} ${id}`);
  return names.length === 0 ? 'it names nothing' : names.join(', ');
}

function no(why: string): FreshPass {
  return { state: 'no', why, todo: `${WAYS}, and put right what it finds` };
}
