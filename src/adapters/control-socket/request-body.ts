import type { IncomingMessage } from 'node:http';
import { badRequest } from './request-error.js';

/** Intents are a few words; anything longer is not one. */
export const REQUEST_BYTES_MAX = 64 * 1024;

/**
 * @returns the parsed body, `{}` for none
 * @throws OperatorError when it is too long or no JSON object
 */
export function readJsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise<string>((resolve, reject) => {
    // Not "for await": leaving that loop early closes the connection that the refusal needs.
    request.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes <= REQUEST_BYTES_MAX) chunks.push(part);
      else reject(tooLong());
    });
    const brokeOff = () => {
      reject(badRequest('Cannot read the request: it broke off', `after ${bytes} bytes`));
    };
    request.once('error', brokeOff);
    request.once('close', brokeOff);
    request.once('end', () => {
      if (bytes <= REQUEST_BYTES_MAX) resolve(Buffer.concat(chunks).toString('utf8'));
    });
  }).then(parseObject);
}

function tooLong() {
  return badRequest(
    'Cannot read the request: it is too long',
    `at most ${REQUEST_BYTES_MAX} bytes are read`,
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  if (text === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (fault) {
    throw badRequest('Cannot read the request: it is not JSON', String(fault));
  }
  if (!isRecord(parsed)) {
    throw badRequest('Cannot read the request: a JSON object is required', 'it is another value');
  }
  return parsed;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
