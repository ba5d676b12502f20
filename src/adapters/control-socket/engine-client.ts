import type {
  EngineAnswer,
  EngineClient,
  EngineProcess,
} from '../../engine/ports/engine-client.js';
import { callEngine } from './call-engine.js';

/**
 * Talks to whoever holds the state directory. The lock decides whether an engine runs at all: a
 * socket file without a holder is what a dead one left behind, and a holder without a socket is an
 * engine that can't be reached, which is worse than none.
 */
export function engineClient(engine: Pick<EngineProcess, 'holder'>): EngineClient {
  return {
    call: async (asked): Promise<EngineAnswer> => {
      const holder = engine.holder();
      if (holder === null) return { state: 'absent' };
      const answer = await callEngine(holder.socketPath, asked);
      if (answer.state === 'answered') return answer;
      // It may have ended while we asked: then nothing is wrong.
      if (engine.holder() === null) return { state: 'absent' };
      const why =
        answer.state === 'nobody' ? 'its control socket is not open (yet, or no more)' : answer.why;
      return { state: 'silent', why, pid: holder.pid };
    },
  };
}
