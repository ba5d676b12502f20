import type { ServiceAnswer } from './facts.js';
import { identityOf, memberOf } from './identity.js';
import { memberKey } from './member-name.js';

const WELL = ['ok', 'healthy', 'running', 'up', 'pass', 'ready'];
const HEARTBEAT_S_MAX = 60;

/** What is wrong with what a service says, or that it says nothing; null: nothing is. */
export function answerFault(answer: ServiceAnswer): string | null {
  const { fault, health } = answer;
  if (fault !== null) return fault;
  const other = identityOf(answer);
  if (other !== null && isOther(answer.service, other)) return `${other} answers there`;
  if (health === null) return null;
  const { status, body } = health;
  // A status of 200 says that the web server lives, and nothing else.
  const said = bodyFaults(body);
  if (status >= 400) return [`health answers ${status}`, ...said].join(', ');
  return said.length === 0 ? null : said.join(', ');
}

function isOther(service: string, found: string): boolean {
  return memberKey(service) !== found;
}

function bodyFaults(body: unknown): readonly string[] {
  const word = memberOf(body, 'status');
  const heartbeatS = memberOf(body, 'heartbeat_age_seconds');
  const isStub = memberOf(body, 'mode') === 'stub';
  const isWsAway = [0, false].includes(memberOf(body, 'ws_connected') as number | boolean);
  return [
    ...(typeof word === 'string' && !WELL.includes(word.toLowerCase()) ? [`says ${word}`] : []),
    ...reasonsOf(body),
    ...(memberOf(body, 'redis_connected') === false ? ['has no Redis'] : []),
    ...(isWsAway && !isStub ? ['has no connection to the venue'] : []),
    ...(typeof heartbeatS === 'number' && heartbeatS > HEARTBEAT_S_MAX
      ? [`its consumer loop was last alive ${Math.round(heartbeatS)} s ago`]
      : []),
  ];
}

function reasonsOf(body: unknown): readonly string[] {
  const reasons = memberOf(body, 'reasons') ?? memberOf(body, 'last_error');
  const list: readonly unknown[] = Array.isArray(reasons) ? reasons.slice(0, 5) : [reasons];
  return list.filter((one): one is string => typeof one === 'string' && one !== '');
}
