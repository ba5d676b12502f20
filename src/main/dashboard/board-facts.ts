import type { OperatorPorts, StackPort } from '../../commands/operator-ports.js';
import type { EventRow } from '../../view/board/board.js';
import type { EnginePush } from '../../view/board/engine-push.js';
import type { BoardParts } from './board-parts.js';
import type { EngineLink } from './engine-link.js';
import type { LogTail } from './log-tail.js';
import type { RedisSeen } from './redis-look.js';

/** Everything that a board is put together from, at one moment. */
export interface BoardFacts {
  readonly ports: Pick<OperatorPorts, 'readsDirectly' | 'stateDir'>;
  /** The configured Redis; null where there is none, or where that can't be told. */
  readonly stack: StackPort | null;
  readonly link: EngineLink;
  readonly log: LogTail;
  readonly parts: BoardParts;
  /** The newest, whatever became of the engine since. */
  readonly push: EnginePush | null;
  readonly events: readonly EventRow[];
  readonly nowMs: number;
}

/** What was read of a stack; null while an engine of this directory knows more. */
export function stackSeen({ link, parts }: BoardFacts): RedisSeen['stack'] {
  return link.state === 'absent' ? (parts.redis.value?.stack ?? null) : null;
}

/** No engine is here, and the configuration names a place where another may be. */
export function isWatching({ link, stack }: BoardFacts): boolean {
  return link.state === 'absent' && stack !== null;
}
