import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enginePushText, readEnginePush } from '../../../../src/view/board/engine-push.js';
import { systemView } from '../../../../src/view/system-view.js';
import { systemViewJson } from '../../../../src/view/view-json.js';
import { fakePush } from '../../../fakes/fake-engine-push.js';
import { fakeEngineStatus, NOW_MS } from '../../../fakes/fake-engine-status.js';

describe('the push of an engine', () => {
  it('arrives as it was sent', () => {
    const status = fakeEngineStatus();
    const push = fakePush(status);
    expect(systemViewJson(push.view)).toEqual(systemViewJson(systemView(status)));
    expect(push.latency).toEqual(status.latency);
    expect(push.database).toEqual({ kind: 'embedded', state: 'up' });
    expect(push.counts.orders_blocked_total).toBe(35);
    expect(push.counts.process_cpu_seconds_total).toBe(42);
  });

  it('says why the streams could not be listed', () => {
    const push = fakePush(fakeEngineStatus(), { atMs: NOW_MS, views: null, why: 'disk' });
    expect(push.streams).toEqual({ atMs: NOW_MS, views: null, why: 'disk' });
  });

  it('is nothing where it is of another version, or no push at all', () => {
    const status = fakeEngineStatus();
    const streams = { atMs: NOW_MS, views: null, why: '' };
    const text = enginePushText(status, systemView(status), streams);
    expect(readEnginePush(text)).not.toBeNull();
    expect(readEnginePush(text.replace('cdb.push/1', 'cdb.push/2'))).toBeNull();
    expect(readEnginePush(text.replace('cdb.status/1', 'cdb.status/2'))).toBeNull();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (other) => {
        expect(readEnginePush(other)).toBeNull();
      }),
    );
  });
});
