import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { jsonOrNull } from '../../engine/domain/json-or-null.js';

export interface RestCall {
  readonly method: 'GET' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** From connecting to the last byte. */
  readonly timeoutMs: number;
}

export type RestAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** JSON where it is JSON, else null: a page of HTML is nothing to read. */
      readonly body: unknown;
      readonly retryAfterMs: number;
    }
  /** No whole answer came: nobody knows what became of the request. `why` holds nothing of the URL. */
  | { readonly kind: 'lost'; readonly why: string };

const BODY_BYTES_MAX = 1024 * 1024;

/** One request on a connection of its own; never throws, never follows a redirect. */
export function restCall({ method, url, headers, timeoutMs }: RestCall): Promise<RestAnswer> {
  return new Promise((resolve) => {
    const request = url.protocol === 'https:' ? requestTls : requestPlain;
    const call = request(url, { method, headers, agent: false });
    const settle = (answer: RestAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      call.destroy();
    };
    const lose = (why: string): void => {
      settle({ kind: 'lost', why });
    };
    const timer = setTimeout(() => {
      lose(`no whole answer within ${timeoutMs} ms`);
    }, timeoutMs);
    call.on('error', (fault: NodeJS.ErrnoException) => {
      lose(fault.code ?? 'the connection failed');
    });
    call.on('response', (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > BODY_BYTES_MAX) lose(`the answer has more than ${BODY_BYTES_MAX} bytes`);
        else parts.push(part);
      });
      response.on('error', (fault: NodeJS.ErrnoException) => {
        lose(fault.code ?? 'the connection failed');
      });
      response.on('end', () => {
        if (!response.complete) {
          lose('the answer was cut off');
          return;
        }
        settle({
          kind: 'answered',
          status: response.statusCode ?? 0,
          body: jsonOrNull(Buffer.concat(parts).toString('utf8')),
          retryAfterMs: secondsToMs(response.headers['retry-after']),
        });
      });
    });
    call.end();
  });
}

function secondsToMs(header: string | undefined): number {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : 0;
}
