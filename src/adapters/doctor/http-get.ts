import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { wordsOf } from '../../engine/domain/words-of.js';

export interface HttpText {
  readonly status: number;
  readonly text: string;
}

/** A scrape of a large exporter is some 300 KiB. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/**
 * One GET on a connection of its own, bounded in time from the first byte to the last and in size;
 * follows no redirect.
 * @returns words where no whole answer came
 */
export function httpGet(url: URL, timeoutMs: number): Promise<HttpText | string> {
  return new Promise((resolve) => {
    const request = url.protocol === 'https:' ? requestTls : requestPlain;
    const settle = (answer: HttpText | string): void => {
      clearTimeout(timer);
      resolve(answer);
      call.destroy();
    };
    const call = request(url, { agent: false }, (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > BODY_BYTES_MAX) settle(`its answer has more than ${BODY_BYTES_MAX} bytes`);
        else parts.push(part);
      });
      response.on('error', (fault) => {
        settle(wordsOf(fault));
      });
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        settle(
          response.complete ? { status: response.statusCode ?? 0, text } : 'its answer was cut off',
        );
      });
    });
    const timer = setTimeout(() => {
      settle(`no whole answer within ${timeoutMs} ms`);
    }, timeoutMs);
    call.on('error', (fault) => {
      settle(wordsOf(fault));
    });
    call.end();
  });
}
