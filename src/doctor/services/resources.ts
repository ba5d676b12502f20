import { check, skip, type Judgement } from '../check.js';
import { CONTAINER_WINDOW_MS, containerEvidence } from './container-evidence.js';
import type { Container } from './facts.js';

const HIGH_FRACTION = 0.85;

type Measured = Container & { readonly memoryMib: number; readonly memoryLimitMib: number };

export const resources = check({
  id: 'services.resources',
  group: 'services',
  level: 'P2',
  title: 'no member was killed for memory, or is about to be',
  matters: 'a process that is killed for memory loses what it held, and starts as if nothing were',
  components: ['services'],
  needs: ['containers'],
  after: ['services.runtime'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }): Judgement => {
    const killed = containers.value.filter(({ oomKilled }) => oomKilled === true);
    const measured = containers.value.filter(
      (one): one is Measured => one.memoryMib !== null && (one.memoryLimitMib ?? 0) > 0,
    );
    const isKnown = containers.value.some(({ oomKilled }) => oomKilled !== null);
    if (!isKnown && measured.length === 0) {
      return skip('the record tells neither kills nor memory');
    }
    const high = measured.filter((one) => fraction(one) >= HIGH_FRACTION);
    const says = [
      ...killed.map(({ name }) => `${name} was killed for memory`),
      ...high.map((one) => `${one.name} uses ${percent(one)} % of its limit`),
    ];
    if (says.length === 0) {
      const most = [...measured].sort((a, b) => fraction(b) - fraction(a))[0];
      const words =
        most === undefined
          ? 'no member was killed for memory'
          : `${most.name} uses most of its limit, ${percent(most)} %`;
      return { status: 'OK', says: words, evidence: [containerEvidence(containers, words)] };
    }
    return {
      status: killed.length > 0 ? 'FAIL' : 'WARN',
      level: killed.length > 0 ? 'P1' : 'P2',
      says: says.join('; '),
      evidence: says.map((what) => containerEvidence(containers, what)),
      remedy: {
        does: 'see whether its memory grows without end, before its limit is raised',
        command: 'docker stats --no-stream',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

function fraction({ memoryMib, memoryLimitMib }: Measured): number {
  return memoryMib / memoryLimitMib;
}

function percent(one: Measured): string {
  return (fraction(one) * 100).toFixed(0);
}
