import { shellWord } from '../../view/shell-word.js';
import { durationText } from '../../view/age.js';
import { check, skip, type Judgement, type Level, type Remedy } from '../check.js';
import { CONTAINER_WINDOW_MS, containerEvidence, containerWords } from './container-evidence.js';
import { expectedSet } from './expected-set.js';
import type { Container } from './facts.js';
import { memberKey } from './member-name.js';

/** The longest start of a service, with the loads that it does. */
export const START_MS_MAX = 120_000;
/** Between the end of a store and that of what used it. */
const NEAR_MS = 60_000;

export const members = check({
  id: 'services.members',
  group: 'services',
  level: 'P1',
  title: 'every member of the expected set runs and is healthy',
  matters:
    'what is not there does nothing; the rest of the check-up tells what those that are there do',
  components: ['services'],
  needs: ['containers'],
  looks: ['config'],
  after: ['services.runtime', 'services.restart_loops'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }, { readings }): Judgement => {
    const set = expectedSet(readings);
    const names = set?.names ?? containers.value.map(({ name }) => name);
    const words = set?.words ?? `the record's own members, since doctor.services names none`;
    const standings = names.map((name) => standingOf(name, containers.value));
    const bad = standings.filter(({ word }) => word !== 'well');
    const healthy = standings.length - bad.length;
    const counted = `${healthy}/${standings.length} healthy; set: ${words}`;
    const evidence = [
      containerEvidence(containers, counted),
      ...bad.map(({ says }) => containerEvidence(containers, says)),
    ];
    const figures = { healthy, expected: standings.length };
    if (standings.length === 0) {
      return skip('the record has no container, and none is expected');
    }
    if (bad.length === 0) return { status: 'OK', says: counted, evidence, figures };
    const isStarting = bad.every(({ word }) => word === 'starting');
    const cause = causeWords(bad, containers.value, containers.observedAtMs);
    return {
      status: isStarting ? 'WARN' : 'FAIL',
      level: levelOf(bad, isStarting),
      says: `${bad.map(({ says }) => says).join('; ')}${cause}; ${counted}`,
      evidence,
      remedy: remedyOf(bad[0]),
      figures,
    };
  },
});

interface Standing {
  readonly name: string;
  readonly word: 'well' | 'starting' | 'unhealthy' | 'gone';
  readonly says: string;
  readonly container: Container | null;
}

function standingOf(name: string, containers: readonly Container[]): Standing {
  const container = containers.find((one) => memberKey(one.name) === memberKey(name)) ?? null;
  if (container === null) return { name, word: 'gone', says: `${name} is missing`, container };
  const { health, upMs, healthSays } = container;
  const said = healthSays === undefined ? '' : `: "${healthSays}"`;
  const says = `${containerWords(container)}${said}`;
  if (container.state !== 'running') return { name, word: 'gone', says, container };
  if (health === null || health === 'healthy') return { name, word: 'well', says, container };
  // A health check without a start period calls a service unhealthy that only begins.
  if (upMs === null || upMs <= START_MS_MAX) {
    return { name, word: 'starting', says: `${says}, within its start`, container };
  }
  const late = `${says}, past the ${durationText(START_MS_MAX)} of a start`;
  return { name, word: 'unhealthy', says: late, container };
}

function levelOf(bad: readonly Standing[], isStarting: boolean): Level {
  const isStore = bad.some(
    ({ name, word }) => word === 'gone' && ['redis', 'postgres'].includes(memberKey(name)),
  );
  return isStarting ? 'P2' : isStore ? 'P0' : 'P1';
}

/** What ended with Redis and did not come back is one fault, and not several. */
function causeWords(
  bad: readonly Standing[],
  containers: readonly Container[],
  observedAtMs: number,
): string {
  const redis = containers.find(({ name }) => memberKey(name) === 'redis');
  if (redis === undefined || redis.upMs === null) return '';
  const redisStartedMs = observedAtMs - redis.upMs;
  const gone = bad.filter(
    ({ container }) =>
      container?.finishedAtMs !== undefined &&
      Math.abs(container.finishedAtMs - redisStartedMs) <= NEAR_MS,
  );
  if (gone.length === 0) return '';
  const names = gone.map(({ name }) => name).join(', ');
  return `; ${names} ended when Redis was restarted ${durationText(redis.upMs)} ago, and did not come back`;
}

function remedyOf(worst: Standing | undefined): Remedy {
  const name = worst?.container?.name ?? worst?.name ?? '';
  const word = shellWord(name);
  const isGone = worst?.word === 'gone';
  return {
    does: isGone ? `start ${name}` : `read why ${name} is not healthy`,
    command: isGone ? `docker start ${word}` : `docker logs --tail 50 ${word}`,
    risk: isGone
      ? 'it takes up where it left off; read its last log lines first'
      : 'none: it only reads',
    gate: null,
    testsAfter: [`${name} is healthy`, 'its consumer groups and listeners are back'],
  };
}
