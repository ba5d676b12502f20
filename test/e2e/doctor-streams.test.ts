import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { streamsDirectory } from '../../src/main/engine/places.js';
import { RedisStage } from './redis-stage.js';
import { runCdb } from './run-cdb.js';

interface Found {
  readonly id: string;
  readonly status: string;
  readonly says: string;
}

describe('the check-up of what an engine of cdb has published', () => {
  let stage: RedisStage;
  beforeEach(async () => {
    stage = await RedisStage.open();
  });
  afterEach(() => stage.end());

  const RUN = ['run', '--paper', '--feed', 'sample', '--metrics-port', '0', '--speed', 'max'];
  const doctor = async (env: Readonly<Record<string, string>> = {}) => {
    const args = ['doctor', '--only', 'redis.*,streams.*', '--json'];
    const { stdout, stderr } = await runCdb(args, { cwd: stage.cwd, env });
    expect(stderr).toBe('');
    const { data } = JSON.parse(stdout) as { data: { findings: readonly Found[] } };
    const told = (status: string) =>
      data.findings.filter((finding) => finding.status === status).map(({ id }) => id);
    const troubles = data.findings.filter(({ status }) => status !== 'OK' && status !== 'SKIP');
    return { told, troubles };
  };

  it('finds nothing in its files, and a figure that is none once it is there', async () => {
    const ran = await runCdb([...RUN, '--quiet'], { cwd: stage.cwd });
    expect(ran.status).toBe(0);
    const well = await doctor();
    expect(well.troubles).toEqual([]);
    expect(well.told('OK')).toEqual(
      expect.arrayContaining(['streams.figures', 'streams.exposure']),
    );
    expect(well.told('SKIP')).toEqual(expect.arrayContaining(['redis.reach', 'streams.results']));
    const root = join(stage.cwd, '.cdb');
    const directory = streamsDirectory(stateDirectory(root));
    const log = openLocalEventLog(directory, { clock: systemClock() });
    const last = (await log.tail('stream.fills', 1))[0];
    if (last === undefined) throw new Error('the run made no fill');
    const id = { seq: last.id.seq + 1, ord: 0 };
    await log.append('stream.fills', [{ id, fields: { ...last.fields, price: 'NaN' } }]);
    await log.close();
    const { troubles } = await doctor();
    expect(troubles).toMatchObject([{ id: 'streams.figures', status: 'BLOCKER' }]);
    expect(troubles[0]?.says).toContain('price is NaN');
  });

  it('finds nothing in the Redis that it publishes to, where nobody has to listen', async () => {
    const env = { CDB_REDIS_URL: stage.redis.url };
    const ran = await runCdb([...RUN, '--quiet'], { cwd: stage.cwd, env });
    expect(ran.status).toBe(0);
    const { told, troubles } = await doctor(env);
    expect(troubles).toEqual([]);
    expect(told('SKIP')).toContain('streams.listeners');
    expect(told('OK')).toEqual(expect.arrayContaining(['redis.reach', 'streams.results']));
  });
});
