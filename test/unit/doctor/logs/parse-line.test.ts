import { describe, expect, it } from 'vitest';
import { foldLines } from '../../../../src/doctor/logs/fold-lines.js';
import { parseLine } from '../../../../src/doctor/logs/parse-line.js';
import { zoneOffset } from '../../../../src/doctor/logs/zone.js';

const UTC = () => 0;
const AT = '2026-02-09T08:00:48.062Z';

describe('parseLine', () => {
  it.each<[string, string, string, string | null, string | null, string]>([
    [
      'brackets',
      '2026-02-09 08:00:48,062 [ERROR] risk_manager: ❌ Failed',
      AT,
      'error',
      'risk_manager',
      '❌ Failed',
    ],
    [
      'brackets without milliseconds',
      '2026-02-09 08:00:56 [DEBUG] ws_service: [redis] published market_data: BTCUSDT @ 70476.81',
      '2026-02-09T08:00:56.000Z',
      'debug',
      'ws_service',
      '[redis] published market_data: BTCUSDT @ 70476.81',
    ],
    [
      'execution',
      '2026-02-09 08:00:48,062 - execution_service - WARNING - Order rejected: MOCK_1 - why',
      AT,
      'warn',
      'execution_service',
      'Order rejected: MOCK_1 - why',
    ],
    [
      'brackets without a logger',
      '2026-02-09 08:00:48,062 [INFO] alles gut: für heute',
      AT,
      'info',
      null,
      'alles gut: für heute',
    ],
    [
      'the time of the runtime in front',
      '2026-02-09T08:00:48.062123456Z 2026-02-09 07:59:00,000 [ERROR] a: b',
      AT,
      'error',
      'a',
      'b',
    ],
    [
      'the time of the runtime alone',
      '2026-02-09T08:00:48.062123456Z ready',
      AT,
      null,
      null,
      'ready',
    ],
    [
      'a record of the runtime',
      '{"log":"2026-02-09 07:00:00,000 [ERROR] a: b\\n","stream":"stderr","time":"2026-02-09T08:00:48.062999Z"}',
      AT,
      'error',
      'a',
      'b',
    ],
    [
      'pino',
      '{"level":50,"time":1770624048062,"msg":"no luck","err":"ECONNREFUSED"}',
      AT,
      'error',
      null,
      'no luck: ECONNREFUSED',
    ],
    [
      'our engine',
      '{"level":"warn","time":"2026-02-09T08:00:48.062Z","area":"audit","message":"late"}',
      AT,
      'warn',
      'audit',
      'late',
    ],
    [
      'Redis',
      '1:M 09 Feb 2026 08:00:48.062 # Bad file format reading the append only file: make a backup',
      AT,
      'warn',
      'redis',
      'Bad file format reading the append only file: make a backup',
    ],
    [
      'PostgreSQL',
      '2026-02-09 08:00:48.062 UTC [77] ERROR:  relation "risk_events" does not exist at character 13',
      AT,
      'error',
      null,
      'relation "risk_events" does not exist at character 13',
    ],
    [
      'logfmt',
      'ts=2026-02-09T08:00:48.062Z caller=main.go:1 level=error msg="scrape failed" err="empty dsn"',
      AT,
      'error',
      null,
      'scrape failed: empty dsn',
    ],
    ['a zone of its own', '2026-02-09 09:00:48,062 +01:00 [ERROR] a: b', AT, 'error', 'a', 'b'],
    [
      'ANSI escapes and a carriage return',
      '\u001b[31m2026-02-09 08:00:48,062 [ERROR] a: b\u001b[0m\r',
      AT,
      'error',
      'a',
      'b',
    ],
    [
      'German words',
      '09.02.2026 08:00:48,062 [FEHLER] a: Verbindung verloren',
      AT,
      'error',
      'a',
      'Verbindung verloren',
    ],
  ])('reads %s', (_, raw, at, level, logger, text) => {
    const line = parseLine(raw, UTC);
    expect(line).toEqual({ atMs: Date.parse(at), level, logger, text });
  });

  it('keeps a text that is no log line', () => {
    expect(parseLine('Listening on :8002', UTC)).toMatchObject({ atMs: null, level: null });
    expect(parseLine('{"torn":', UTC)).toMatchObject({ atMs: null, level: null, text: '{"torn":' });
    expect(parseLine('ERROR:risk_manager:no luck', UTC)).toMatchObject({
      ...{ atMs: null, level: 'error', text: 'no luck', logger: 'risk_manager' },
    });
  });

  it('reads times without a zone in the one that is given', () => {
    const at = (zone: string, text: string) =>
      new Date(parseLine(`${text} [INFO] a: b`, zoneOffset(zone)!).atMs!).toISOString();
    expect(at('+01:00', '2026-02-09 09:00:00')).toBe('2026-02-09T08:00:00.000Z');
    expect(at('Europe/Berlin', '2026-02-09 09:00:00')).toBe('2026-02-09T08:00:00.000Z');
    expect(at('Europe/Berlin', '2026-07-09 10:00:00')).toBe('2026-07-09T08:00:00.000Z');
    expect(at('Europe/Berlin', '2026-02-09 09:00:00Z')).toBe('2026-02-09T09:00:00.000Z');
    expect(zoneOffset('Mars/Olympus')).toBeNull();
  });
});

describe('foldLines', () => {
  const fold = (...lines: string[]) => foldLines(lines.map((line) => parseLine(line, UTC)));

  it('makes a traceback a part of the error that it belongs to', () => {
    const { lines, unreadable } = fold(
      '2026-02-09 08:00:48,062 [ERROR] signal_engine: Fehler bei Nachricht',
      'Traceback (most recent call last):',
      '  File "signal.py", line 12, in on_message',
      "    pct = data['pct_change']",
      "KeyError: 'pct_change'",
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "signal.py", line 20, in on_message',
      'redis.exceptions.ConnectionError: Connection closed',
      '2026-02-09 08:00:50,000 [INFO] signal_engine: weiter',
    );
    expect(unreadable).toBe(0);
    expect(lines.map(({ text }) => text)).toEqual([
      'Fehler bei Nachricht | redis.exceptions.ConnectionError: Connection closed',
      'weiter',
    ]);
  });

  it('makes one that belongs to nothing an error of its own, at the time before it', () => {
    const { lines } = fold(
      '2026-02-09 08:00:48,062 [INFO] signal_engine: bereit',
      'Traceback (most recent call last):',
      '  File "signal.py", line 12, in <module>',
      "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0",
    );
    expect(lines.at(-1)).toMatchObject({ level: 'error', atMs: Date.parse(AT) });
    expect(lines.at(-1)?.text).toMatch(/^Traceback: UnicodeDecodeError/);
  });

  it('counts what belongs to nothing, and keeps its text', () => {
    expect(fold('hello', 'exited with code 1')).toMatchObject({ unreadable: 2 });
    expect(fold('hello').lines).toMatchObject([{ text: 'hello', level: null }]);
  });
});
