import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContainers } from '../../../../src/doctor/services/container-record.js';
import { readStatusWords } from '../../../../src/doctor/services/uptime-words.js';

const MIN = 60_000;
const HOUR = 60 * MIN;

describe('readStatusWords', () => {
  it.each<[string, object]>([
    ['Up 13 seconds', { state: 'running', health: null, upMs: 13_000 }],
    ['Up 2 minutes (healthy)', { state: 'running', health: 'healthy', upMs: 2 * MIN }],
    ['Up About a minute (health: starting)', { state: 'running', health: 'starting', upMs: MIN }],
    ['Up Less than a second', { state: 'running', health: null, upMs: 0 }],
    ['Up 22 hours', { state: 'running', health: null, upMs: 22 * HOUR }],
    ['Up About an hour', { state: 'running', health: null, upMs: HOUR }],
    ['Up 2 days (unhealthy)', { state: 'running', health: 'unhealthy', upMs: 48 * HOUR }],
    ['Up 3 hours (Paused)', { state: 'paused', health: null, upMs: 3 * HOUR }],
    [
      'Restarting (1) 3 seconds ago',
      { state: 'restarting', health: null, upMs: null, exitCode: 1 },
    ],
    ['Exited (137) 2 hours ago', { state: 'exited', health: null, upMs: null, exitCode: 137 }],
    ['Created', { state: 'created', health: null, upMs: null }],
    ['Läuft seit gestern', { state: 'unknown', health: null, upMs: null }],
  ])('reads %s', (words, expected) => {
    expect(readStatusWords(words)).toEqual(expected);
  });
});

describe('readContainers', () => {
  it('puts together what ps and stats say of a container, from tables with empty cells', () => {
    const text = [
      'CONTAINER ID   IMAGE    COMMAND   CREATED        STATUS                  PORTS                      NAMES',
      'aaaaaaaaaaaa   cdb/ws   "run"     23 hours ago   Up 22 hours (healthy)   127.0.0.1:8000->8000/tcp   cdb_ws',
      'bbbbbbbbbbbb   cdb/dw   "run"     23 hours ago   Up 22 hours                                        cdb_db_writer',
      '\u001b[2J\u001b[HCONTAINER ID   NAME     CPU %     MEM USAGE / LIMIT     MEM %     NET I/O   BLOCK I/O   PIDS',
      'aaaaaaaaaaaa   cdb_ws   0.50%     54.82MiB / 7.637GiB   0.70%     1kB / 2kB   0B / 0B   5',
    ].join('\n');
    const [ws, writer] = readContainers(text, 0);
    expect(ws).toMatchObject({
      ...{ name: 'cdb_ws', state: 'running', health: 'healthy', upMs: 22 * HOUR },
      ...{ cpuPercent: 0.5, memoryMib: 54.82, ports: [{ host: 8000, container: 8000 }] },
      ...{ restarts: null, networks: null, oomKilled: null },
    });
    expect(writer).toMatchObject({ name: 'cdb_db_writer', health: null, memoryMib: null });
  });

  it('reads what compose prints', () => {
    const line =
      '{"Name":"cdb_risk","State":"running","Health":"unhealthy","ExitCode":0,"Status":"Up 5 minutes (unhealthy)"}';
    expect(readContainers(line, 0)).toMatchObject([
      { name: 'cdb_risk', state: 'running', health: 'unhealthy', upMs: 5 * MIN },
    ]);
  });

  it('takes any text, and finds nothing in one that is no record', () => {
    expect(readContainers('hello', 0)).toEqual([]);
    expect(readContainers('', 0)).toEqual([]);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Array.isArray(readContainers(text, 0))).toBe(true);
      }),
    );
  });
});
