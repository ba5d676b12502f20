import { describe, expect, it } from 'vitest';
import { systemView } from '../../../src/view/system-view.js';
import { readSystemView, systemViewJson } from '../../../src/view/view-json.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';

const json = (): Readonly<Record<string, unknown>> => {
  const text = JSON.stringify(systemViewJson(systemView(fakeEngineStatus())));
  const parsed: Record<string, unknown> = JSON.parse(text);
  return parsed;
};

describe('system view JSON', () => {
  it('comes back as the same view', () => {
    const read = readSystemView(json());
    expect(read).not.toBeNull();
    expect(JSON.parse(JSON.stringify(read && systemViewJson(read)))).toEqual(json());
  });

  it('names its version', () => {
    expect(json()['schema']).toBe('cdb.status/1');
  });

  it('gives every figure a source and a time', () => {
    const bare: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const members = Object.entries(value);
      if ('value' in value && !('source' in value && 'observed_at' in value)) bare.push(path);
      for (const [name, member] of members) walk(member, `${path}.${name}`);
    };
    walk(json(), '');
    expect(bare).toEqual([]);
  });

  it.each([
    ['another version', { ...json(), schema: 'cdb.status/2' }],
    ['a missing part', { ...json(), audit: undefined }],
    ['a figure without its time', { ...json(), rss_bytes: { value: 1, source: 'engine' } }],
    ['no object', 'ok'],
  ])('is refused: %s', (_, body) => {
    expect(readSystemView(body)).toBeNull();
  });
});
