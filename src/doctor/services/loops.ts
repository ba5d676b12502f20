import { shellWord } from '../../view/shell-word.js';
import { check, type Component, type Judgement, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import { APPEND_ONLY_REMEDY } from '../logs/append-only-remedy.js';
import type { Container } from './facts.js';
import { memberKey } from './member-name.js';
import { CONTAINER_WINDOW_MS, containerEvidence } from './container-evidence.js';

/** One restart has a reason; a loop has many within minutes. */
const RESTARTS_MIN = 3;
const YOUNG_MS = 10 * 60_000;
/** Without them nothing can be decided or kept. */
const STORES = ['redis', 'postgres'];
const COMPONENTS: readonly Component[] = ['services', 'redis'];

export const restartLoops = check({
  id: 'services.restart_loops',
  group: 'services',
  level: 'P1',
  title: 'no container restarts again and again',
  matters: 'a restart policy turns a process that cannot start into one that seems to be up',
  components: COMPONENTS,
  needs: ['containers'],
  looks: ['logs'],
  after: ['services.runtime'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }, { readings }): Judgement => {
    const loops = containers.value.filter(isLooping).sort(storesFirst);
    const [worst] = loops;
    if (worst === undefined) {
      const counted = containers.value.filter(({ restarts }) => restarts !== null).length;
      const says = `none of ${containers.value.length} containers restarts in a loop${counted === 0 ? '; restart counts are not in the record' : ''}`;
      return { status: 'OK', says, evidence: [containerEvidence(containers, says)] };
    }
    const isStore = STORES.includes(memberKey(worst.name));
    const others = containers.value.filter(({ name, state }) => {
      return state !== 'running' && name !== worst.name;
    });
    const lastLine = lastLineOf(worst.name, readings);
    const said =
      lastLine === null ? 'its last log line is not read' : `last log line "${lastLine}"`;
    return {
      status: 'FAIL',
      ...(isStore && { level: 'P0' as const }),
      says: `${loopWords(worst)}; ${said}${dependantWords(others)}`,
      evidence: [...loops, ...others.filter((one) => !loops.includes(one))].map((one) =>
        containerEvidence(containers, loopWords(one)),
      ),
      remedy: remedyOf(worst, lastLine),
      figures: {
        member: worst.name,
        restarts: worst.restarts,
        exit_code: worst.exitCode ?? null,
        not_running: others.length,
      },
    };
  },
});

export function isLooping({ state, restarts, upMs }: Container): boolean {
  return (
    state === 'restarting' || ((restarts ?? 0) >= RESTARTS_MIN && upMs !== null && upMs < YOUNG_MS)
  );
}

function storesFirst(a: Container, b: Container): number {
  const rank = ({ name }: Container) => (STORES.includes(memberKey(name)) ? 0 : 1);
  return rank(a) - rank(b) || (b.restarts ?? 0) - (a.restarts ?? 0);
}

function loopWords({ name, state, restarts, exitCode }: Container): string {
  const count = restarts === null ? 'restart count unknown' : `restart count ${restarts}`;
  return `${name} ${state}, ${count}${exitCode === undefined ? '' : `, exit ${exitCode}`}`;
}

function dependantWords(others: readonly Container[]): string {
  if (others.length === 0) return '';
  return `; not running with it: ${others.map(({ name, state }) => `${name} ${state}`).join(', ')}`;
}

export function lastLineOf(member: string, { logs }: Readings): string | null {
  if (logs.state !== 'read') return null;
  const log = logs.value.find(({ service }) => memberKey(service) === memberKey(member));
  return log?.lines.at(-1)?.text ?? null;
}

function remedyOf(worst: Container, lastLine: string | null): Remedy {
  const isAppendOnly = /append only file/i.test(lastLine ?? '');
  if (memberKey(worst.name) === 'redis' && (lastLine === null || isAppendOnly)) {
    return APPEND_ONLY_REMEDY;
  }
  return {
    does: `read why ${worst.name} ends, mend that, then start it and its dependants in order`,
    command: `docker logs --tail 50 ${shellWord(worst.name)}`,
    risk: 'none: it only reads',
    gate: null,
  };
}
