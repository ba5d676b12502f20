import { describe, expect, it } from 'vitest';
import { findingOf, HOST } from '../readings.js';

const GIB = 1_024 ** 3;

describe('host.disk', () => {
  it.each<[string, number, number, string]>([
    ['more than a fifth is free', 100, 21, 'OK'],
    ['less than a fifth', 100, 19, 'WARN'],
    ['less than a tenth', 100, 9, 'FAIL'],
    ['less than a tenth of a large one, and more than 30 GiB', 1_000, 31, 'OK'],
    ['less than a tenth of a large one', 1_000, 29, 'FAIL'],
  ])('%s', async (_, size, free, status) => {
    const disks = [{ path: '/state', sizeBytes: size * GIB, freeBytes: free * GIB }];
    const finding = await findingOf('host.disk', { host: { ...HOST, disks } });
    expect(finding.status).toBe(status);
    expect(finding.figures['free_gib']).toBe(free);
  });

  it('one that is full counts more than one that is unknown, and both are told', async () => {
    const disks = [
      { path: '/logs', sizeBytes: null, freeBytes: null },
      { path: '/state', sizeBytes: 100 * GIB, freeBytes: GIB },
    ];
    const finding = await findingOf('host.disk', { host: { ...HOST, disks } });
    expect(finding.status).toBe('FAIL');
    expect(finding.says).toMatch(
      /^\/state: 1\.0 GiB free, 1 % \(full\); \/logs: free space is unknown/,
    );
  });
});

describe('host.memory, host.load and host.reboot', () => {
  it('tell what is short', async () => {
    const host = { ...HOST, memoryAvailableBytes: 100, loadPerCore: 40, rebootPending: true };
    expect((await findingOf('host.memory', { host })).status).toBe('FAIL');
    expect((await findingOf('host.load', { host })).status).toBe('WARN');
    expect((await findingOf('host.reboot', { host })).status).toBe('WARN');
    const unknown = { ...HOST, loadPerCore: Number.NaN };
    expect((await findingOf('host.load', { host: unknown })).status).toBe('WARN');
    expect((await findingOf('host.reboot', { host: HOST })).status).toBe('SKIP');
  });
});
