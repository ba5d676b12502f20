import { METRICS } from './exposition.js';
import { STEP_LATENCY } from './step-latency.js';

/** Every name that a scrape of an engine can have, also those that say nothing yet. */
export function metricCatalogue(): readonly string[] {
  const histogram = ['_bucket', '_sum', '_count'].map((suffix) => `${STEP_LATENCY}${suffix}`);
  return [...METRICS.map(({ name }) => name), ...histogram];
}
