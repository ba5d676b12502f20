import { durationText, utcText } from '../../view/age.js';
import { check, evidence, skip, type Check } from '../check.js';

const NOW_MS_MAX = 60_000;
/** A day, and the time that a late timer may take. */
const REPORT_MS_MAX = 26 * 3_600_000;

export const dailyReport: Check = check({
  id: 'monitoring.daily_report',
  group: 'monitoring',
  level: 'P2',
  title: 'the check-up of each day did run',
  matters: 'a look that silently did not happen leaves a gap that reads as "all was well"',
  components: ['monitoring'],
  needs: ['dailyReports'],
  windowMs: NOW_MS_MAX,
  examine: ({ dailyReports }, { nowMs }) => {
    const { newest, count, directory } = dailyReports.value;
    if (newest === null) {
      return skip(`no daily report was ever written in ${directory}`);
    }
    const ageMs = nowMs - newest.writtenAtMs;
    const figures = { reports: count, age_ms: ageMs };
    const found = `the newest of ${count} daily reports is ${newest.name}, of ${utcText(newest.writtenAtMs)}`;
    const proof = [evidence(dailyReports, found)];
    if (ageMs <= REPORT_MS_MAX) return { status: 'OK', says: found, evidence: proof, figures };
    return {
      status: 'WARN',
      says: `no daily report for ${durationText(ageMs)}, ${durationText(REPORT_MS_MAX)} at most: ${found}`,
      evidence: proof,
      remedy: {
        does: 'look why whatever starts the daily check-up (a timer, cron) did not',
        command: null,
        risk: 'none: it only looks',
        gate: null,
      },
      figures,
    };
  },
});

export const unknownFigures: Check = check({
  id: 'monitoring.unknown_figures',
  group: 'monitoring',
  level: 'P2',
  title: 'recorded evidence knows its figures',
  matters:
    'a figure that could not be measured is neither good nor bad, and is easily read as good',
  components: ['monitoring', 'host'],
  needs: ['unknownFigures'],
  windowMs: NOW_MS_MAX,
  examine: (seen) => {
    const { looked, found } = seen.unknownFigures.value;
    if (found.length === 0) {
      const says = `${looked.length} records name no figure that is unknown`;
      return { status: 'OK', says, evidence: [evidence(seen.unknownFigures, says)] };
    }
    const words = found.map(({ token, place, count }) => `${token} (${place}, ${count} times)`);
    return {
      status: 'WARN',
      says: `${found.length} figures are unknown in the newest records: ${words.join('; ')}`,
      evidence: words.map((one) => evidence(seen.unknownFigures, one)),
      remedy: {
        does: 'let whoever records look where the figure is: a path inside a container is not the host',
        command: null,
        risk: 'none: it only measures',
        gate: null,
      },
      figures: { unknown: found.length, records: looked.length },
    };
  },
});
