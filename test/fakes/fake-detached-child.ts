import type { DetachedChild, DetachServices } from '../../src/commands/run/detached-child.js';
import type { EngineLaunch } from '../../src/engine/ports/engine-client.js';

export interface FakeDetached extends DetachServices {
  readonly launches: EngineLaunch[];
  readonly calls: string[];
}

/** @param looks statuses as the parent sees them, one a look; the last one stays */
export function fakeDetached(
  pid: number,
  looks: readonly (number | null)[] = [null],
  { said = '', endsWhenAsked = true } = {},
): FakeDetached {
  const launches: EngineLaunch[] = [];
  const calls: string[] = [];
  let look = -1;
  let asked = false;
  const child: DetachedChild = {
    pid,
    status: () => {
      look = Math.min(look + 1, looks.length - 1);
      return asked && endsWhenAsked ? 143 : (looks[look] ?? null);
    },
    said: () => said,
    terminate: () => {
      asked = true;
      calls.push('terminate');
    },
    release: () => calls.push('release'),
  };
  return {
    launches,
    calls,
    startDetached: async (_, launch) => {
      launches.push(launch);
      return child;
    },
  };
}
