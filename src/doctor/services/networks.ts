import { shellWord } from '../../view/shell-word.js';
import { check, skip, type Check, type Judgement } from '../check.js';
import { CONTAINER_WINDOW_MS, containerEvidence } from './container-evidence.js';
import { expectedNetwork, expectedSet } from './expected-set.js';
import type { Container } from './facts.js';
import { memberKey } from './member-name.js';

const networks = check({
  id: 'services.networks',
  group: 'services',
  level: 'P1',
  title: 'every member is on the configured network, and on no other',
  matters: 'members on an old network reach an old Redis or none, while all of them are healthy',
  components: ['services'],
  needs: ['containers'],
  looks: ['config'],
  after: ['services.runtime'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }, { readings }): Judgement => {
    const network = expectedNetwork(readings);
    if (network === null) return skip('doctor.network names no network');
    const told = containers.value.filter((one): one is Networked => one.networks !== null);
    if (told.length === 0) return skip('the record names no networks');
    const members = membersOf(told, expectedSet(readings)?.names ?? null);
    const wrong = members.filter(({ networks: own }) => own.join() !== network);
    const counted = `${members.length - wrong.length}/${members.length} members on ${network} only`;
    const evidence = [
      containerEvidence(containers, counted),
      ...wrong.map((one) => containerEvidence(containers, networkWords(one))),
    ];
    const figures = { right: members.length - wrong.length, members: members.length };
    if (wrong.length === 0) return { status: 'OK', says: counted, evidence, figures };
    const [first] = wrong;
    return {
      status: 'FAIL',
      says: `${wrong.map(networkWords).join('; ')}; ${counted}`,
      evidence,
      figures,
      remedy: {
        does: 'connect each to the configured network, and take it off the others',
        command: `docker network connect ${shellWord(network)} ${shellWord(first?.name ?? 'NAME')}`,
        risk: 'connections of that member break for a moment',
        gate: null,
      },
    };
  },
});

type Networked = Container & { readonly networks: readonly string[] };

function networkWords({ name, networks: own }: Networked): string {
  return own.length === 0 ? `${name} is on no network` : `${name} is on ${own.join(' and ')}`;
}

function membersOf<T extends Container>(
  containers: readonly T[],
  names: readonly string[] | null,
): readonly T[] {
  if (names === null) return containers;
  const keys = new Set(names.map(memberKey));
  return containers.filter(({ name }) => keys.has(memberKey(name)));
}

const orphans = check({
  id: 'services.orphans',
  group: 'services',
  level: 'P3',
  title: 'no container of the stack is beside the expected set',
  matters:
    'a container that nobody counts on may be a second writer, or left from another deployment',
  components: ['services'],
  needs: ['containers'],
  looks: ['config'],
  after: ['services.runtime'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }, { readings }): Judgement => {
    const set = expectedSet(readings);
    if (set === null) return skip('doctor.services names no expected set');
    const keys = new Set(set.names.map(memberKey));
    const network = expectedNetwork(readings);
    const beside = containers.value.filter(
      (one) => !keys.has(memberKey(one.name)) && isOfStack(one, network),
    );
    const says =
      beside.length === 0
        ? `none beside the set: ${set.words}`
        : `beside the set, and not counted: ${beside.map(({ name, state }) => `${name} ${state}`).join(', ')}; set: ${set.words}`;
    const evidence = [containerEvidence(containers, says)];
    if (beside.length === 0) return { status: 'OK', says, evidence };
    return {
      status: 'WARN',
      says,
      evidence,
      remedy: {
        does: 'name it in doctor.services where it belongs to the stack, else remove it',
        command: 'cdb config get doctor.services',
        risk: 'none: removing a container keeps its volumes',
        gate: null,
      },
      figures: { beside: beside.length },
    };
  },
});

/** Other programs of the same machine are nobody's orphans. */
function isOfStack({ name, networks: own }: Container, network: string | null): boolean {
  return /^cdb[_-]/.test(name) || (network !== null && own?.includes(network) === true);
}

export const NETWORK_CHECKS: readonly Check[] = [networks, orphans];
