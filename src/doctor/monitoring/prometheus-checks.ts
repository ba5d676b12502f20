import { durationText } from '../../view/age.js';
import { check, evidence, type Check } from '../check.js';
import { reachCheck } from '../reach.js';

const NOW_MS_MAX = 60_000;
/** A rule that missed so many of its turns is not evaluated any more. */
const MISSED_TURNS_MAX = 5;
const EVERY_MS_DEFAULT = 60_000;
/** Names that Grafana and Prometheus give to an alert that says: the look itself failed. */
const ERROR_ALERTS = /^Datasource(?:Error|NoData)$/;

const MEND = {
  command: null,
  risk: 'none to trading: monitoring only looks',
  gate: null,
  testsAfter: ['cdb doctor --group monitoring'],
} as const;

export const reach: Check = reachCheck('prometheus', {
  id: 'monitoring.reach',
  group: 'monitoring',
  level: 'P1',
  title: 'Prometheus answers',
  matters: 'without it no alert is evaluated',
  components: ['monitoring'],
  windowMs: NOW_MS_MAX,
  remedy: { does: 'start it, or correct doctor.prometheusUrl', ...MEND },
});

export const evaluation: Check = check({
  id: 'monitoring.alert_evaluation',
  group: 'monitoring',
  level: 'P1',
  title: 'Prometheus evaluates every rule, without errors',
  matters: 'an error of evaluation is no alarm, and a rule that is not evaluated never alarms',
  components: ['monitoring'],
  needs: ['prometheus'],
  looks: ['rules'],
  after: ['monitoring.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ prometheus }, { nowMs, readings }) => {
    const { rules } = prometheus.value;
    const written = readings.rules.state === 'read' ? readings.rules.value : [];
    const loaded = new Set(rules.map(({ name }) => name));
    const faults = [
      ...rules
        .filter(({ health, name }) => isError(health) || ERROR_ALERTS.test(name))
        .map(({ name, lastError }) => `${name}: evaluation fails: ${lastError || 'no words'}`),
      ...rules.flatMap(({ name, lastEvaluationMs, everyMs }) => {
        if (lastEvaluationMs === null) return [`${name}: never evaluated`];
        const ageMs = nowMs - lastEvaluationMs;
        return ageMs <= MISSED_TURNS_MAX * (everyMs ?? EVERY_MS_DEFAULT)
          ? []
          : [`${name}: not evaluated for ${durationText(ageMs)}`];
      }),
      ...written
        .filter(({ from, name }) => from === 'prometheus' && !loaded.has(name))
        .map(({ name, place }) => `${name}: in ${place}, and not loaded`),
    ];
    const figures = { rules: rules.length, faults: faults.length };
    if (faults.length === 0) {
      const says = `${rules.length} rules are evaluated without errors`;
      return { status: 'OK', says, evidence: [evidence(prometheus, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} rules are not evaluated: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(prometheus, fault)),
      remedy: { does: 'correct the rules that are named, and load them', ...MEND },
      figures,
    };
  },
});

export const firing: Check = check({
  id: 'monitoring.firing_alerts',
  group: 'monitoring',
  level: 'P2',
  title: 'no alert fires',
  matters: 'somebody set this limit because of something that happened',
  components: ['monitoring'],
  needs: ['prometheus'],
  after: ['monitoring.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ prometheus }) => {
    const alerts = prometheus.value.rules.filter(({ kind }) => kind === 'alert');
    const fires = alerts.filter(
      ({ firing: count, health, name }) =>
        count > 0 && !isError(health) && !ERROR_ALERTS.test(name),
    );
    const figures = { alerts: alerts.length, firing: fires.length };
    const names = fires.map(({ name, firing: count }) => (count > 1 ? `${name} ×${count}` : name));
    const says =
      fires.length === 0
        ? `none of ${alerts.length} alerts fires`
        : `${fires.length} of ${alerts.length} alerts fire: ${names.join(', ')}`;
    const status = fires.length === 0 ? 'OK' : 'WARN';
    return { status, says, evidence: [evidence(prometheus, says)], figures };
  },
});

export const targets: Check = check({
  id: 'monitoring.targets',
  group: 'monitoring',
  level: 'P2',
  title: 'Prometheus scrapes every target',
  matters: 'what is not scraped is seen by no rule and no panel',
  components: ['monitoring'],
  needs: ['prometheus'],
  after: ['monitoring.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ prometheus }) => {
    const all = prometheus.value.targets;
    const away = all.filter(({ health }) => health !== 'up');
    const figures = { targets: all.length, away: away.length };
    if (all.length > 0 && away.length === 0) {
      const says = `${all.length} targets are scraped`;
      return { status: 'OK', says, evidence: [evidence(prometheus, says)], figures };
    }
    const names = away.map(({ job, address, lastError, health }) => {
      return `${job} (${address}): ${lastError || health}`;
    });
    const says =
      all.length === 0
        ? 'Prometheus has no target at all'
        : `${away.length} of ${all.length} targets are not scraped: ${names.join('; ')}`;
    const remedy = { does: 'start what is named, or correct the scrape configuration', ...MEND };
    return { status: 'WARN', says, evidence: [evidence(prometheus, says)], remedy, figures };
  },
});

/** `err` of Prometheus, `error` of the same interface of Grafana. */
function isError(health: string): boolean {
  return health.startsWith('err');
}
