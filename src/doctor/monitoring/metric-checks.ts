import { check, evidence, notExamined, type Check, type Judgement, type Remedy } from '../check.js';
import { knownMetrics, type KnownMetrics } from './known-metrics.js';
import { metricsOf } from './promql-metrics.js';

/** A name that was exported once proves little a week later. */
const NAMES_MS_MAX = 7 * 24 * 3_600_000;
const NAMED_MAX = 20;

const REMEDY: Remedy = {
  does: 'correct the names, or scrape whoever exports them',
  command: null,
  risk: 'none to trading: rules and dashboards only look',
  gate: null,
  testsAfter: ['cdb doctor --group monitoring'],
};

/** Whoever asks for metrics: a rule or a panel. */
interface Asking {
  readonly name: string;
  readonly expressions: readonly string[];
}

interface Missing {
  readonly name: string;
  readonly metrics: readonly string[];
}

export const alertMetrics: Check = check({
  id: 'monitoring.alert_metrics',
  group: 'monitoring',
  level: 'P1',
  title: 'every metric in an alert rule is scraped somewhere',
  matters: 'a rule on a metric that nobody exports never fires, whatever happens',
  components: ['monitoring'],
  needs: ['rules'],
  looks: ['metricNames', 'prometheus', 'services'],
  windowMs: NAMES_MS_MAX,
  examine: ({ rules }, { readings }) => {
    const known = knownMetrics(readings, rules.value);
    return judge('rules', rules.value, known, (what) => [
      evidence(rules, what),
      ...namesEvidence(readings),
    ]);
  },
});

export const dashboardMetrics: Check = check({
  id: 'monitoring.dashboard_metrics',
  group: 'monitoring',
  level: 'P2',
  title: 'every metric in a dashboard is scraped somewhere',
  matters: 'an empty panel reads as "nothing happened"',
  components: ['monitoring'],
  needs: ['panels'],
  looks: ['rules', 'metricNames', 'prometheus', 'services'],
  windowMs: NAMES_MS_MAX,
  examine: ({ panels }, { readings }) => {
    const rules = readings.rules.state === 'read' ? readings.rules.value : [];
    const known = knownMetrics(readings, rules);
    const asking = panels.value
      .filter(({ language }) => language === 'promql')
      .map(({ dashboard, title, query }) => {
        return { name: `${dashboard} / ${title}`, expressions: [query] };
      });
    return judge('panels', asking, known, (what) => [
      evidence(panels, what),
      ...namesEvidence(readings),
    ]);
  },
});

function judge(
  what: 'rules' | 'panels',
  asking: readonly Asking[],
  known: KnownMetrics,
  proof: (words: string) => Judgement['evidence'],
): Judgement {
  const asked = asking.filter(({ expressions }) => expressions.length > 0);
  if (asked.length === 0) {
    return notExamined(`no ${what} ask for metrics`);
  }
  const missing = asked.flatMap((one) => missingOf(one, known));
  const metrics = new Set(missing.flatMap((one) => one.metrics));
  const figures = { [what]: asked.length, missing: metrics.size, known: known.count };
  if (missing.length === 0) {
    const says = `${asked.length} ${what} ask only for metrics that are among ${known.count} known ones`;
    return { status: 'OK', says, evidence: proof(says), figures };
  }
  const named = missing.slice(0, NAMED_MAX).map((one) => `${one.name}: ${one.metrics.join(', ')}`);
  const rest = missing.length > NAMED_MAX ? `; and ${missing.length - NAMED_MAX} more` : '';
  const says = `${missing.length} of ${asked.length} ${what} ask for ${metrics.size} metrics that nobody exports: ${named.join('; ')}${rest}`;
  const unasked = known.unasked.length > 0 ? `; not asked: ${known.unasked.join(', ')}` : '';
  const words = `compared with ${known.sources.join(', ') || 'nothing'}${unasked}`;
  return {
    // Who was not asked may have them.
    status: known.unasked.length > 0 ? 'WARN' : 'FAIL',
    says: `${says}${unasked}`,
    evidence: proof(words),
    remedy: REMEDY,
    figures,
  };
}

function missingOf({ name, expressions }: Asking, known: KnownMetrics): readonly Missing[] {
  const uses = expressions.map(metricsOf);
  const metrics = new Set([
    ...uses.flatMap(({ names }) => names).filter((metric) => !known.has(metric)),
    ...uses.flatMap(({ patterns }) => patterns).filter((pattern) => !known.matches(pattern)),
  ]);
  return metrics.size === 0 ? [] : [{ name, metrics: [...metrics] }];
}

/** Of the oldest place that names come from. */
function namesEvidence({ metricNames }: Parameters<typeof knownMetrics>[0]): Judgement['evidence'] {
  if (metricNames.state !== 'read') return [];
  const { sources, names } = metricNames.value;
  return [evidence(metricNames, `${names.size} names of ${sources.join(', ')}`)];
}
