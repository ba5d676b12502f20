import { shellWord } from '../../view/shell-word.js';
import { durationText } from '../../view/age.js';
import { check, skip, type Evidence, type Judgement, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import { answerFault } from './answer-fault.js';
import { expectedSet } from './expected-set.js';
import type { Container, ServiceAnswer } from './facts.js';
import { KNOWN_SERVICES } from './identity.js';
import { memberKey } from './member-name.js';
import { START_MS_MAX } from './members.js';

const NOW_MS_MAX = 60_000;

export const answers = check({
  id: 'services.answers',
  group: 'services',
  level: 'P1',
  title: 'every configured endpoint answers, as the service it should be, and says that it is well',
  matters:
    'a badge of health excludes only that the process is gone: the body tells more, and another service may have the port',
  components: ['services'],
  needs: ['services'],
  looks: ['config', 'containers'],
  windowMs: NOW_MS_MAX,
  examine: ({ services }, { nowMs, readings }): Judgement => {
    // A record that cannot be used is an answer that is missing as much as any other.
    const asked = services.value.filter(({ isRecorded, fault }) => !isRecorded || fault !== null);
    if (asked.length === 0) {
      return skip('only recorded scrapes are read, nobody was asked');
    }
    const told = asked.filter(({ service }) => isGone(service, readings));
    const judged = asked
      .filter((answer) => !told.includes(answer))
      .map((answer) => ({ answer, fault: answerFault(answer) }));
    const bad = judged.filter((one): one is Bad => one.fault !== null);
    const well = judged.length - bad.length;
    const rest =
      told.length === 0
        ? ''
        : `; not running, told by services.members: ${told.map(({ service }) => service).join(', ')}`;
    const counted = `${well}/${asked.length} answer well${rest}; set: ${expectedSet(readings)?.words ?? 'doctor.services'}`;
    const figures = { well, asked: asked.length };
    if (bad.length === 0) {
      if (judged.length === 0) return skip(counted);
      return {
        status: 'OK',
        says: counted,
        evidence: judged.map(({ answer }) => wellEvidence(answer)),
        figures,
      };
    }
    const isStarting = bad.every((one) => isInStart(one, readings, nowMs));
    return {
      status: isStarting ? 'WARN' : 'FAIL',
      level: isStarting ? 'P2' : 'P1',
      says: `${bad.map((one) => badWords(one, readings)).join('; ')}${isStarting ? ', within its start' : ''}; ${counted}`,
      evidence: bad.map((one) => ({
        what: badWords(one, readings),
        source: one.answer.url,
        observedAtMs: one.answer.observedAtMs,
      })),
      remedy: remedyOf(bad),
      figures,
    };
  },
});

interface Bad {
  readonly answer: ServiceAnswer;
  readonly fault: string;
}

function wellEvidence({ service, url, unread, observedAtMs }: ServiceAnswer): Evidence {
  const rest = unread === undefined ? '' : ` (but ${unread.join(', ')})`;
  return { what: `${service} answers${rest}`, source: url, observedAtMs };
}

function badWords({ answer, fault }: Bad, readings: Readings): string {
  const { service, listener } = answer;
  const held = listener === undefined ? '' : `; the port is held by ${listener}`;
  return `${service}: ${fault}${held}${elsewhere(answer, readings)}`;
}

/** Where it is instead, as far as the runtime or every known deployment tells. */
function elsewhere({ service, url, health }: ServiceAnswer, readings: Readings): string {
  const port = portOf(url);
  // It answers, and as itself: the port is right.
  if (port === null || (health !== null && health.status >= 400)) return '';
  const published = containerOf(service, readings)?.ports?.find(({ host }) => host !== port);
  if (published !== undefined) return `; its container has port ${published.host}`;
  const known = KNOWN_SERVICES.find(({ key }) => key === memberKey(service));
  if (known === undefined || known.port === port) return '';
  return `; stacks have ${known.key} at port ${known.port}, not ${port}`;
}

function portOf(url: string): number | null {
  const port = URL.canParse(url) ? new URL(url).port : '';
  return port === '' ? null : Number(port);
}

function containerOf(service: string, { containers }: Readings): Container | null {
  if (containers.state !== 'read') return null;
  return containers.value.find(({ name }) => memberKey(name) === memberKey(service)) ?? null;
}

function isGone(service: string, readings: Readings): boolean {
  const container = containerOf(service, readings);
  return container !== null && container.state !== 'running';
}

/** Degraded within its first two minutes is a start; after them it is a fault. */
function isInStart({ answer }: Bad, readings: Readings, nowMs: number): boolean {
  if (answer.fault !== null) return false;
  const startedS = answer.series?.find(({ name }) => name === 'process_start_time_seconds')?.value;
  const upMs =
    startedS === undefined
      ? (containerOf(answer.service, readings)?.upMs ?? null)
      : nowMs - startedS * 1_000;
  return upMs !== null && upMs >= 0 && upMs <= START_MS_MAX;
}

function remedyOf(bad: readonly Bad[]): Remedy {
  const [first] = bad;
  const name = first?.answer.service ?? '';
  const isAway = first?.answer.fault !== null;
  const isRecord = first?.answer.isRecorded === true;
  const comeBack = isRecord
    ? `record the answer of ${name} anew, or correct its path in doctor.scrapes`
    : `start ${name}, or correct its address in doctor.services`;
  return {
    does: isAway
      ? comeBack
      : `read why ${name} is not well; past ${durationText(START_MS_MAX)} it is no start`,
    command: isAway ? 'cdb config show --origin' : `curl -s ${shellWord(first.answer.url)}`,
    risk: 'none: it only reads',
    gate: null,
  };
}
