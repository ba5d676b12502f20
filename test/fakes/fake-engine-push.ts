import type { EngineStatus } from '../../src/engine/ports/engine-status.js';
import {
  enginePushText,
  readEnginePush,
  type EnginePush,
  type PushedStreams,
} from '../../src/view/board/engine-push.js';
import { streamViews } from '../../src/view/streams-json.js';
import { systemView } from '../../src/view/system-view.js';
import { fakeEngineStatus } from './fake-engine-status.js';

/** What an engine in this status pushes, as it arrives. */
export function fakePush(
  status: EngineStatus = fakeEngineStatus(),
  streams: PushedStreams = { atMs: status.observedAtMs, views: streamViews([]), why: '' },
): EnginePush {
  const push = readEnginePush(enginePushText(status, systemView(status), streams));
  if (push === null) throw new Error('a push that cannot be read again');
  return push;
}
