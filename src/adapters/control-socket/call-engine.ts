import { request, type IncomingMessage } from 'node:http';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { EngineRequest } from '../../engine/ports/engine-client.js';
import { errnoOf } from '../../operator-error/errno.js';

/** A view of 200 symbols is some 100 KiB; a tail of 1,000 orders about 5 MiB. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

type SocketAnswer =
  | { readonly state: 'answered'; readonly status: number; readonly body: unknown }
  /** There is no socket, or nobody listens on it. */
  | { readonly state: 'nobody' }
  | { readonly state: 'silent'; readonly why: string };

/**
 * One request over the control socket, bounded in time and size from the first byte to the last.
 * Never throws: whoever asks wants to know what is the matter with the engine.
 */
export function callEngine(socketPath: string, asked: EngineRequest): Promise<SocketAnswer> {
  const text = asked.body === undefined ? '' : JSON.stringify(asked.body);
  return new Promise((resolve) => {
    const settle = (answer: SocketAnswer) => {
      clearTimeout(timer);
      call.destroy();
      resolve(answer);
    };
    const call = request(
      {
        socketPath,
        method: asked.method,
        path: asked.path,
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        void readAnswer(response).then(settle, (fault: unknown) => {
          settle(faultAnswer(fault));
        });
      },
    );
    const timer = setTimeout(() => {
      settle({ state: 'silent', why: `no answer within ${asked.timeoutMs} ms` });
    }, asked.timeoutMs);
    call.once('error', (fault) => {
      settle(faultAnswer(fault));
    });
    call.end(text);
  });
}

async function readAnswer(response: IncomingMessage): Promise<SocketAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) {
      return { state: 'silent', why: `its answer is longer than ${ANSWER_BYTES_MAX} bytes` };
    }
    chunks.push(part);
  }
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return { state: 'answered', status: response.statusCode ?? 0, body };
}

/** What a failed call says about the engine. */
export function faultAnswer(fault: unknown): SocketAnswer {
  const code = errnoOf(fault);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return { state: 'nobody' };
  if (code === 'EACCES') {
    return { state: 'silent', why: 'it belongs to another user (permission denied)' };
  }
  return { state: 'silent', why: wordsOf(fault) };
}
