import { durationText } from '../../view/age.js';
import { evidence, type Evidence } from '../check.js';
import type { Observed } from '../reading.js';
import type { Container } from './facts.js';

/** A record of containers that is older says nothing of now. */
export const CONTAINER_WINDOW_MS = 3_600_000;

type Seen = Observed<readonly Container[]> & { readonly source: string };

export function containerEvidence(seen: Seen, what: string): Evidence {
  return evidence(seen, what);
}

/** `cdb_risk running, healthy, up 22 h`. */
export function containerWords({ name, state, health, upMs, exitCode }: Container): string {
  const words = [
    `${name} ${state}`,
    ...(health === null || state !== 'running' ? [] : [health]),
    ...(upMs === null ? [] : [`up ${durationText(upMs)}`]),
    ...(exitCode === undefined ? [] : [`exit ${exitCode}`]),
  ];
  return words.join(', ');
}
