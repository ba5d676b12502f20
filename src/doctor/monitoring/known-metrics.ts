import type { Readings } from '../facts.js';
import type { Rule } from './facts.js';

/** What Prometheus makes itself, for every target. */
const OF_PROMETHEUS = [
  'up',
  'ALERTS',
  'ALERTS_FOR_STATE',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

export interface KnownMetrics {
  has(name: string): boolean;
  matches(pattern: string): boolean;
  readonly count: number;
  /** Where the names come from. */
  readonly sources: readonly string[];
  /** Places that could not be asked: a name that is missing may be there. */
  readonly unasked: readonly string[];
}

/** Every name that is known to be scraped, exported or recorded by a rule. */
export function knownMetrics(readings: Readings, rules: readonly Rule[]): KnownMetrics {
  const { metricNames, services, prometheus } = readings;
  const names = new Set<string>(OF_PROMETHEUS);
  for (const { kind, name } of rules) if (kind === 'recording') names.add(name);
  const sources: string[] = [];
  const unasked: string[] = [];
  const take = (found: Iterable<string>, source: string): void => {
    for (const name of found) names.add(name);
    sources.push(source);
  };
  if (metricNames.state === 'read') {
    take(metricNames.value.names, metricNames.value.sources.join(', '));
    unasked.push(...metricNames.value.faults);
  }
  if (prometheus.state === 'read') take(prometheus.value.names, prometheus.source);
  if (services.state === 'read') {
    for (const { service, url, series, fault } of services.value) {
      if (series !== null) take(new Set(series.map(({ name }) => name)), `/metrics of ${service}`);
      else if (fault !== null) unasked.push(`${service} (${url}): ${fault}`);
    }
  }
  for (const reading of [metricNames, prometheus, services]) {
    if (reading.state === 'failed') unasked.push(`${reading.source}: ${reading.why}`);
    if (reading.state === 'timeout') unasked.push(`${reading.source} did not answer in time`);
  }
  return {
    has: (name) => names.has(name),
    matches: (pattern) => anyMatches(names, pattern),
    count: names.size - OF_PROMETHEUS.length,
    sources: sources.filter((source) => source !== ''),
    unasked,
  };
}

/** Patterns of Prometheus are anchored; one that JavaScript cannot read is taken for a match. */
function anyMatches(names: ReadonlySet<string>, pattern: string): boolean {
  try {
    const whole = new RegExp(`^(?:${pattern})$`);
    return [...names].some((name) => whole.test(name));
  } catch {
    return true;
  }
}
