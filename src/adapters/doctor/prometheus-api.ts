import { DependencyError } from '../../operator-error.js';
import { boundedBody } from '../bounded-body.js';

/** Tens of thousands of names, or some thousand rules. */
const ANSWER_BYTES_MAX = 16 * 1_024 * 1_024;

/**
 * `data` of one answer of the API of Prometheus.
 * @param path begins with a slash
 * @throws DependencyError when there is none in time, or none that can be used
 */
export async function askPrometheus(
  url: string,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const address = `${url.replace(/\/+$/, '')}${path}`;
  const answer = await fetch(address, { signal, redirect: 'error' }).catch((fault: unknown) => {
    throw unusable(path, signal.aborted ? 'no answer in time' : reasonOf(fault), fault);
  });
  const text = await boundedBody(answer, ANSWER_BYTES_MAX).catch((fault: unknown) => {
    throw unusable(path, 'the answer breaks off', fault);
  });
  if (text === null) throw unusable(path, `more than ${ANSWER_BYTES_MAX} bytes`);
  if (!answer.ok) throw unusable(path, `HTTP ${answer.status}`);
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'data' in parsed) return parsed.data;
  } catch (fault) {
    throw unusable(path, 'the answer is no JSON', fault);
  }
  throw unusable(path, 'the answer has no data');
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error && fault.cause.message !== ''
    ? fault.cause.message
    : fault.message;
}

function unusable(path: string, why: string, cause?: unknown): DependencyError {
  return new DependencyError(`GET ${path}: ${why}`, {
    dependency: 'prometheus',
    retryable: true,
    cause,
  });
}
