import { boundedGet, type GetAnswer } from '../../adapters/bounded-get.js';
import { portListener } from '../../adapters/doctor/port-listener.js';
import { readPrometheusText } from '../../adapters/doctor/prometheus-text.js';
import { belowBaseUrl } from '../../adapters/live-feed/below-base-url.js';
import type { ServiceAnswer } from '../../doctor/services/facts.js';
import { identityOf } from '../../doctor/services/identity.js';
import { memberKey } from '../../doctor/services/member-name.js';
import type { Clock } from '../../engine/ports/clock.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { isLoopback } from './asked-services.js';

const BYTES_MAX = 1_024 * 1_024;
/** The header `Date` has whole seconds. */
const DATE_ERROR_MS = 1_000;

interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For each endpoint: one that hangs does not hide the others. */
  readonly timeoutMs: number;
}

/** `/health`, `/status` and `/metrics` at once. Never rejects: what is in the way is the answer. */
export async function askService(
  { name: service, url }: { readonly name: string; readonly url: URL },
  asking: Asking,
): Promise<ServiceAnswer> {
  const { clock } = asking;
  const [health, status, metrics] = await Promise.all(
    ['/health', '/status', '/metrics'].map((path) => ask(belowBaseUrl(url.href, path), asking)),
  );
  const all = [health, status, metrics].filter((one) => one !== undefined);
  const there = all.filter((one) => one.answer !== null && one.answer.status !== 404);
  const faults = all.flatMap(({ fault }) => fault ?? []);
  const answer: ServiceAnswer = {
    service,
    url: url.href,
    fault: there.length > 0 ? null : (faults[0] ?? 'it has none of /health, /status, /metrics'),
    health: bodyOf(health?.answer),
    status: bodyOf(status?.answer),
    series: seriesOf(metrics?.answer),
    observedAtMs: clock.nowMs(),
    ...(there.length > 0 && faults.length > 0 && { unread: faults }),
    ...clockOf(all),
  };
  const other = identityOf(answer);
  const isOther = other !== null && other !== memberKey(service);
  return answer.fault === null && !isOther ? answer : withListener(answer, url, asking.signal);
}

interface Asked {
  readonly answer: GetAnswer | null;
  readonly fault: string | null;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

async function ask(url: string, { clock, signal, timeoutMs }: Asking): Promise<Asked> {
  const askedAtMs = clock.nowMs();
  try {
    const answer = await boundedGet(url, { timeoutMs, bytesMax: BYTES_MAX, signal });
    return { answer, fault: null, askedAtMs, answeredAtMs: clock.nowMs() };
  } catch (fault) {
    return { answer: null, fault: wordsOf(fault), askedAtMs, answeredAtMs: clock.nowMs() };
  }
}

function seriesOf(answer: GetAnswer | null | undefined): ServiceAnswer['series'] {
  return answer?.status === 200 ? readPrometheusText(answer.text) : null;
}

/** Null: there is no such endpoint, or it did not answer. */
function bodyOf(answer: GetAnswer | null | undefined): ServiceAnswer['health'] {
  if (answer === null || answer === undefined || answer.status === 404) return null;
  try {
    const body: unknown = JSON.parse(answer.text);
    return { status: answer.status, body };
  } catch {
    return { status: answer.status, body: answer.text.slice(0, 1_000) };
  }
}

function clockOf(all: readonly Asked[]): Pick<ServiceAnswer, 'clockOffsetMs' | 'clockErrorMs'> {
  for (const { answer, askedAtMs, answeredAtMs } of all) {
    const saidMs = Date.parse(answer?.headers.get('date') ?? '');
    if (Number.isNaN(saidMs)) continue;
    const middleMs = (askedAtMs + answeredAtMs) / 2;
    const clockErrorMs = DATE_ERROR_MS + (answeredAtMs - askedAtMs) / 2;
    return { clockOffsetMs: Math.round(saidMs - middleMs), clockErrorMs: Math.ceil(clockErrorMs) };
  }
  return {};
}

/** Only a port of this machine can be looked up here. */
async function withListener(
  answer: ServiceAnswer,
  { hostname, port, protocol }: URL,
  signal: AbortSignal,
): Promise<ServiceAnswer> {
  if (!isLoopback(hostname)) return answer;
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const listener = await portListener(number, signal);
  return listener === null ? answer : { ...answer, listener };
}
