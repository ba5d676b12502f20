import { STATUS_CODES } from 'node:http';

export interface RefusalPage {
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What stands before the venue (firewall, gateway) answers with: HTML, never JSON. */
export function refusalPage(status: number, retryAfterSeconds = 1): RefusalPage {
  const reason = STATUS_CODES[status] ?? 'Refused';
  const title = status === 403 ? 'Access Denied' : `${status} ${reason}`;
  const body = `<HTML><HEAD>\n<TITLE>${title}</TITLE>\n</HEAD><BODY>\n<H1>${title}</H1>\n</BODY>\n</HTML>\n`;
  return {
    reason,
    body,
    headers: {
      'content-type': 'text/html',
      'content-length': String(Buffer.byteLength(body)),
      ...((status === 429 || status === 418) && { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}
