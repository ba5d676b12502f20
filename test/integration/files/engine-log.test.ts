import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngineLog, type EngineLogOptions } from '../../../src/adapters/files/engine-log.js';
import { LINE_BYTES_MAX } from '../../../src/adapters/files-feed/lines.js';
import { readLogLine } from '../../../src/commands/logs/log-line.js';
import { printableJson } from '../../../src/commands/output/json-text.js';
import { UNPRINTABLE } from '../../../src/view/plain-text.js';
import { temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
let logs: string;
let trouble: string[];
beforeEach(() => {
  directory = temporaryDirectory();
  logs = join(directory.path, 'logs');
  trouble = [];
});
afterEach(() => {
  directory.remove();
});

function open(options: Partial<EngineLogOptions> = {}) {
  const log = openEngineLog(logs, {
    level: 'info',
    fileBytesMax: 1024 * 1024,
    filesMax: 3,
    escape: printableJson,
    onTrouble: (words) => trouble.push(words),
    ...options,
  });
  log.own();
  return log;
}

const rawLines = () => readFileSync(join(logs, 'engine.log'), 'utf8').split('\n').slice(0, -1);
const stored = () => rawLines().map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the engine log', () => {
  it('writes one object a line, with what was said and when', () => {
    const log = open();
    log.log('warn', 'feed', 'connection lost', { waited_ms: 5, again: true });
    log.setRunId('r1');
    log.log('info', 'engine', 'runs');
    log.log('debug', 'engine', 'not wanted');
    expect(stored()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        area: 'feed',
        message: 'connection lost',
        waited_ms: 5,
        again: true,
      },
      { level: 'info', time: expect.any(String), area: 'engine', message: 'runs', run_id: 'r1' },
    ]);
    expect(statSync(join(logs, 'engine.log')).mode & 0o777).toBe(0o600);
    expect([log.takes('debug'), log.takes('info')]).toEqual([false, true]);
  });

  it('has a line at once, so that nothing dies with the process', () => {
    open().log('error', 'engine', 'last words');
    expect(stored()).toHaveLength(1);
  });

  it('keeps to one plain line that can be read again, whatever the wire says', () => {
    const log = open();
    const anyText = fc.string({ unit: 'binary', maxLength: 3_000 });
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom('a', 'level', 'time'), (text, value, name) => {
        rmSync(join(logs, 'engine.log'), { force: true });
        log.log('info', 'wire', text, { [name]: value });
        const [line = '', ...more] = rawLines();
        expect(more).toEqual([]);
        expect(line).not.toMatch(UNPRINTABLE);
        expect(Buffer.byteLength(line)).toBeLessThan(LINE_BYTES_MAX);
        expect(readLogLine(line)).toMatchObject({ level: 'info', area: 'wire' });
      }),
    );
  });

  it('cuts what is too long for a line, and says so', () => {
    const log = open();
    log.log('info', 'wire', 'x'.repeat(50_000), { a: '\u0000'.repeat(4_000) });
    expect(stored()[0]).toMatchObject({ cut: true, area: 'wire' });
    expect(String(stored()[0]?.['message']).length).toBeGreaterThan(400);
  });

  it('masks secrets in messages, in fields and behind their names', () => {
    const log = open();
    log.log('info', 'wire', 'GET /x?signature=hush failed', {
      url: 'redis://a:hush@b',
      apiKey: 'hush',
      header: 'X-MEXC-APIKEY: hush',
    });
    expect(rawLines().join('')).not.toContain('hush');
    expect(rawLines().join('')).toContain('GET /x?signature=*** failed');
  });

  it('tells once that it cannot write, goes on, and counts afterwards what is missing', () => {
    const log = open();
    log.log('info', 'a', 'first');
    rmSync(directory.path, { recursive: true });
    for (let n = 0; n < 5; n += 1) log.log('info', 'a', `lost ${n}`);
    expect(trouble).toEqual([expect.stringContaining('it does not exist (ENOENT)')]);
    mkdirSync(directory.path);
    log.log('info', 'a', 'back');
    log.log('info', 'a', 'more');
    expect(stored().map(({ message }) => message)).toEqual(['back', 'lines were lost', 'more']);
    expect(stored()[1]).toMatchObject({ level: 'warn', area: 'log', lines_lost: 5 });
    rmSync(directory.path, { recursive: true });
    log.log('info', 'a', 'lost again');
    expect(trouble).toHaveLength(2);
  });

  it('sets files aside within its bounds', () => {
    const log = open({ fileBytesMax: 2_000 });
    for (let n = 0; n < 200; n += 1) log.log('info', 'a', `line ${n}`);
    expect(readdirSync(logs)).toHaveLength(3);
  });
});
