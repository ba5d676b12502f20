import { DependencyError } from '../operator-error.js';
import { boundedBody } from './bounded-body.js';

export interface GetLimits {
  /** From connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** Ends the call earlier. */
  readonly signal?: AbortSignal;
}

export interface GetAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** @throws DependencyError that says what is in the way: nobody listens, no answer in time, too large */
export async function boundedGet(url: string, limits: GetLimits): Promise<GetAnswer> {
  const { timeoutMs, bytesMax, signal } = limits;
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      redirect: 'manual',
    });
    const text = await boundedBody(answer, bytesMax);
    if (text === null) throw unanswered(url, `its answer is larger than ${bytesMax} bytes`);
    return { status: answer.status, headers: answer.headers, text };
  } catch (fault) {
    if (fault instanceof DependencyError) throw fault;
    throw unanswered(url, late.aborted ? `no answer in ${timeoutMs} ms` : reasonOf(fault), fault);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it ended the connection without an answer',
  UND_ERR_SOCKET: 'it ended the connection without an answer',
  ENOTFOUND: 'the host has no address',
  EAI_AGAIN: 'the host has no address now',
  EHOSTUNREACH: 'no way leads to that host',
  ENETUNREACH: 'no way leads to that network',
};

/** `fetch failed` says nothing; what it was is further down. */
function reasonOf(fault: unknown): string {
  const cause: unknown = fault instanceof Error ? fault.cause : undefined;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (!(inner instanceof Error)) return 'it could not be asked';
  const code: unknown = 'code' in inner ? inner.code : undefined;
  return REASONS[String(code)] ?? inner.message;
}

function unanswered(url: string, why: string, cause?: unknown): DependencyError {
  return new DependencyError(`GET ${url}: ${why}`, { dependency: url, retryable: true, cause });
}
