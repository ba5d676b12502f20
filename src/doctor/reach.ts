import { check, notExamined, type Check, type Remedy } from './check.js';
import type { FactName } from './facts.js';

/**
 * The check that stands for a place: whether its fact could be read at all. Checks that need the
 * place come after it, so that one place that is away is one finding.
 */
export function reachCheck(
  name: FactName,
  fields: Omit<Parameters<typeof check>[0], 'needs' | 'looks' | 'examine'> & {
    readonly remedy: Remedy;
  },
): Check {
  const { remedy, ...rest } = fields;
  return check({
    ...rest,
    needs: [],
    looks: [name],
    examine: (_, { readings }) => {
      const reading = readings[name];
      switch (reading.state) {
        case 'read': {
          const { source, observedAtMs } = reading;
          const says = `${source} answers`;
          return { status: 'OK', says, evidence: [{ what: says, source, observedAtMs }] };
        }
        case 'absent':
          return notExamined(reading.why);
        case 'timeout':
          return {
            status: 'FAIL',
            says: `${reading.source} did not answer in ${reading.afterMs} ms`,
            evidence: [],
            remedy,
          };
        case 'failed':
          return {
            status: 'FAIL',
            says: `${reading.source}: ${reading.why}`,
            evidence: [],
            remedy,
          };
      }
    },
  });
}
