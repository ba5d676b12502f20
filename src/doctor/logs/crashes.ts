import { shellWord } from '../../view/shell-word.js';
import { check, skip } from '../check.js';
import { memberKey } from '../services/member-name.js';
import type { ServiceLog } from './facts.js';
import { logSummary } from './summary.js';
import { errorEvidence, LOG_WINDOW_MS, words } from './service-checks.js';
import { patternsOf } from './patterns.js';
import { kindOf } from './tokens.js';

/** Whether nothing was written after it: then it was what ended the process. */
function isLastWord(log: ServiceLog): boolean {
  const last = log.lines.at(-1);
  return last !== undefined && kindOf(last) === 'crash';
}

export const crashes = check({
  id: 'logs.crashes',
  group: 'logs',
  level: 'P1',
  title: 'no service ended by an exception',
  matters: 'a restart policy hides a crash: what is left is a young uptime and this one line',
  components: ['services'],
  needs: ['logs'],
  looks: ['containers'],
  after: ['logs.reach'],
  windowMs: LOG_WINDOW_MS,
  examine: ({ logs }, { nowMs, readings: { containers } }) => {
    const members = containers.state === 'read' ? containers.value : [];
    const found = logs.value.flatMap((log) => {
      const lines = log.lines.filter((line) => kindOf(line) === 'crash');
      const summary = logSummary(log, nowMs);
      return patternsOf(lines, ['info', 'warn', 'error', 'fatal']).map((pattern) => ({
        ...{ summary, pattern, isLast: isLastWord(log) },
        restarts: members.find(({ name }) => memberKey(name) === memberKey(log.service))?.restarts,
      }));
    });
    const worst = found.find(({ isLast }) => isLast) ?? found[0];
    if (worst === undefined) {
      const live = logs.value.filter(
        ({ newestAtMs }) => nowMs - (newestAtMs ?? 0) <= LOG_WINDOW_MS,
      );
      const evidence = live.map(({ service, place, newestAtMs, lines }) => ({
        what: `${service}: ${lines.length} lines without an uncaught exception`,
        source: place,
        observedAtMs: newestAtMs ?? nowMs,
      }));
      if (live.length === 0) {
        return skip('no log that is read tells of now');
      }
      return { status: 'OK', says: `no crash in ${live.length} logs`, evidence };
    }
    const restarts = worst.restarts ?? null;
    const count = restarts === null ? 'restart count unknown' : `restart count ${restarts}`;
    const ended = worst.isLast ? 'it is the last line, the process ended by it' : 'it went on';
    return {
      status: worst.isLast || (restarts ?? 0) > 0 ? 'FAIL' : 'WARN',
      says: `${words(worst)}; ${ended}, ${count}`,
      evidence: found.map((one) => errorEvidence(one, nowMs)),
      remedy: {
        does: 'count what cannot be read instead of ending by it; until then restart the service',
        command: `docker restart ${shellWord(worst.summary.service)}`,
        risk: 'what was in flight in that service is lost',
        gate: null,
      },
      figures: { service: worst.summary.service, restarts },
    };
  },
});
