import { check, evidence, notExamined, type Check, type Remedy } from '../check.js';
import { perSecondMisuses } from './per-second.js';
import { metricsOf } from './promql-metrics.js';

const NOW_MS_MAX = 60_000;
/** All that Grafana knows; anything else is a DatasourceError that looks like an alarm. */
export const GRAFANA_OPERATORS = ['gt', 'lt', 'within_range', 'outside_range'];

function correct(does: string): Remedy {
  return {
    does,
    command: null,
    risk: 'none to trading: a rule only looks; load it and see that it is evaluated',
    gate: null,
    testsAfter: ['cdb doctor --only "monitoring.*"'],
  };
}

export const files: Check = check({
  id: 'monitoring.files',
  group: 'monitoring',
  level: 'P1',
  title: 'files with rules and dashboards can be read',
  matters: 'rules that nobody can read alert nobody',
  components: ['monitoring'],
  needs: ['monitoringFiles'],
  windowMs: NOW_MS_MAX,
  examine: ({ monitoringFiles }) => {
    const { read, faults } = monitoringFiles.value;
    if (faults.length === 0) {
      const says = `${read.length} files with rules and dashboards are read`;
      return { status: 'OK', says, evidence: [evidence(monitoringFiles, says)] };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} files with rules or dashboards cannot be used: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(monitoringFiles, fault)),
      remedy: correct('correct the files, or the keys doctor.rules and doctor.dashboards'),
    };
  },
});

export const ruleWords: Check = check({
  id: 'monitoring.rule_expressions',
  group: 'monitoring',
  level: 'P1',
  title: 'every alert rule can be evaluated, and asks what it means',
  matters: 'a rule that asks for 7200 restarts an hour is no rule, and nobody notices',
  components: ['monitoring'],
  needs: ['rules'],
  windowMs: NOW_MS_MAX,
  examine: ({ rules }) => {
    if (rules.value.length === 0) {
      return notExamined('the files have no rules');
    }
    const faults = rules.value.flatMap(({ name, expressions, fault }) => [
      ...(fault === null ? [] : [`${name}: ${fault}`]),
      ...expressions.flatMap((expression) => {
        const unread = metricsOf(expression).fault;
        return unread === null ? [] : [`${name}: "${expression}" cannot be read: ${unread}`];
      }),
      ...expressions.flatMap(perSecondMisuses).map(({ words, perHour }) => {
        return `${name}: ${words} means more than ${Math.round(perHour)} an hour, because rate counts per second`;
      }),
    ]);
    const figures = { rules: rules.value.length, faults: faults.length };
    if (faults.length === 0) {
      const says = `${rules.value.length} rules can be evaluated`;
      return { status: 'OK', says, evidence: [evidence(rules, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} faults in ${rules.value.length} rules: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(rules, fault)),
      remedy: correct('correct the rules; increase() counts over its window, rate() per second'),
      figures,
    };
  },
});

export const operators: Check = check({
  id: 'monitoring.alert_operators',
  group: 'monitoring',
  level: 'P1',
  title: `alert rules of Grafana compare with ${GRAFANA_OPERATORS.join(', ')}`,
  matters:
    'an operator that Grafana does not know is an error with every look, and a mail each time',
  components: ['monitoring'],
  needs: ['rules'],
  windowMs: NOW_MS_MAX,
  examine: ({ rules }) => {
    const grafana = rules.value.filter(({ from }) => from === 'grafana');
    if (grafana.length === 0) {
      return notExamined('no rule is of Grafana');
    }
    const unknown = grafana.flatMap(({ name, operators: used }) =>
      used
        .filter((operator) => !GRAFANA_OPERATORS.includes(operator))
        .map((operator) => `${name}: ${operator}`),
    );
    const figures = { rules: grafana.length, unknown: unknown.length };
    if (unknown.length === 0) {
      const says = `${grafana.length} rules of Grafana compare with operators that it knows`;
      return { status: 'OK', says, evidence: [evidence(rules, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${unknown.length} operators that Grafana does not know (${GRAFANA_OPERATORS.join(', ')}): ${unknown.join('; ')}`,
      evidence: unknown.map((words) => evidence(rules, words)),
      remedy: correct('take one of the operators that it knows: gt with the limit below'),
      figures,
    };
  },
});
