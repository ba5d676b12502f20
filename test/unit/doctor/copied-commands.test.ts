import { describe, expect, it } from 'vitest';
import type { ServiceLog } from '../../../src/doctor/logs/facts.js';
import type { Container } from '../../../src/doctor/services/facts.js';
import { findingOf, HOST, NOW_MS } from './readings.js';

const NAME = "x; touch owned '$(id)'";
const QUOTED = String.raw`'x; touch owned '\''$(id)'\'''`;

describe('a command with a name from outside can be copied', () => {
  it('where the name is that of a log', async () => {
    const text = 'cannot reach the venue';
    const log: ServiceLog = {
      ...{ service: NAME, place: '/logs/x', newestAtMs: NOW_MS - 1_000, unreadable: 0 },
      ...{ zone: 'UTC', lines: [{ atMs: NOW_MS - 1_000, level: 'error', logger: null, text }] },
    };
    const { remedy } = await findingOf('logs.others', { logs: [log] });
    expect(remedy?.command).toBe(`docker logs --since 1h ${QUOTED}`);
  });

  it('where it is that of a container', async () => {
    const container: Container = {
      ...{ name: NAME, state: 'running', health: 'unhealthy', upMs: 3_600_000, restarts: null },
      ...{ oomKilled: null, cpuPercent: null, memoryMib: null, memoryLimitMib: null },
      networks: null,
    };
    const { remedy } = await findingOf('services.members', { containers: [container] });
    expect(remedy?.command).toBe(`docker logs --tail 50 ${QUOTED}`);
  });

  it('where it is that of a directory', async () => {
    const disks = [{ path: NAME, sizeBytes: 100, freeBytes: 1 }];
    const { remedy } = await findingOf('host.disk', { host: { ...HOST, disks } });
    expect(remedy?.command).toBe(`du -xh --max-depth=2 ${QUOTED}`);
  });
});
