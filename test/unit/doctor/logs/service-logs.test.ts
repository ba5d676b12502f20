import { describe, expect, it } from 'vitest';
import { serviceLogs } from '../../../../src/doctor/logs/service-logs.js';

const window = { windowMs: 3_600_000, zone: 'UTC', offset: () => 0, untilMs: null };

describe('a secret in a log', () => {
  it.each([
    ["ERROR password: 'obviously fake'", "'***'"],
    ['[ERROR] api_key: obviously-fake', '***'],
    ['- token - ERROR - secret: obviously-fake', '*** ***'],
    ['ERROR:password:obviously-fake', '***'],
    ['{"level":"error","msg":"password=obviously-fake"}', 'password=***'],
    ['level=error msg="refused" error="token: obviously-fake"', 'refused: token: ***'],
  ])('is hidden where its name is read as that of a logger: %s', (line, text) => {
    const lines = [`2026-02-09T14:00:00Z ${line}`, '2026-02-09T14:00:01Z ERROR the next line'];
    const [log] = serviceLogs({ service: 'risk', place: 'x', lines, isCut: false }, window);
    expect(log?.lines.map((one) => [one.level, one.text])).toEqual([
      ['error', text],
      ['error', 'the next line'],
    ]);
  });
});
