import { STOP_STEP_MS } from '../../engine/control/stop-outcome.js';
import type { ControlHandlers } from '../../adapters/control-socket/routes.js';
import type { FoundFlags } from '../../config/mode-flags.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { CanaryTrigger } from '../../engine/domain/canary-terms.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { ExitRequest } from '../../engine/control/exit-wish.js';
import type { ExitStatus } from '../../engine/ports/engine-status.js';
import { isHeld, type EngageRequest, type EngineRegister } from './control-register.js';

const OBEY_POLL_MS = 2;

interface Asked {
  readonly live: EngineRun;
  readonly register: EngineRegister;
  readonly clock: Clock;
  /** Under which this process was started, whatever those of another terminal are. */
  readonly flags: FoundFlags;
  /** Of a canary: what nobody would find out here. */
  readonly unwatched: readonly CanaryTrigger[];
}

/** What a second terminal may ask the engine to do. */
export function intentHandler(asked: Asked): ControlHandlers['intent'] {
  const { live, register, clock, flags, unwatched } = asked;
  return async (name, members) => {
    switch (name) {
      case 'stop':
        live.stop();
        return { accepted: true };
      case 'engage': {
        // The caller writes the latch first; where it could not, this process halts by itself.
        const request = engageRequest(members);
        if (!isHeld(register.own(), request)) register.engage(request);
        return obey(live, register, clock);
      }
      case 'canary':
        return { canary: live.status().canary ?? null, unwatched };
      case 'flags':
        return { flags };
      case 'release':
      case 'mode':
        return obey(live, register, clock);
      default:
        throw new OperatorError({
          code: 'CDB-E0705',
          what: `Cannot carry out the intent "${name}"`,
          why: 'this engine knows stop, engage, release, mode, canary and flags',
          todo: 'cdb --help',
          exit: EXIT.USAGE,
        });
    }
  };
}

/** Resolves once the fold decides under what the register says now. */
async function obey(live: EngineRun, register: EngineRegister, clock: Clock): Promise<unknown> {
  const startedAtMs = clock.monotonicMs();
  const { epoch, level } = register.effective().record;
  live.knock();
  while (!live.obeys(epoch, level)) {
    if (clock.monotonicMs() - startedAtMs > STOP_STEP_MS) {
      throw new OperatorError({
        code: 'CDB-E0701',
        what: 'The engine does not confirm the change in time',
        why: `its gate still follows an epoch before ${epoch}`,
        todo: 'cdb status; "cdb stop" ends it',
        exit: EXIT.UNREACHABLE,
      });
    }
    await clock.sleep(OBEY_POLL_MS);
    live.knock();
  }
  const { control, openOrdersByBook: byBook, exits } = live.status();
  const { mode } = control;
  return {
    epoch,
    level,
    mode,
    obeyed_ms: clock.monotonicMs() - startedAtMs,
    open_orders: byBook.real + byBook.hypothetical,
    open_orders_by_book: byBook,
    exits: exits.map(exitAnswer),
  };
}

/** What can't be understood is read as the stricter thing: everything, and HALTED. */
function engageRequest(members: Readonly<Record<string, unknown>>): EngageRequest {
  const exit = exitOf(members);
  const scopes = Array.isArray(members['scopes']) ? (members['scopes'] as readonly unknown[]) : [];
  const isScope = (scope: unknown): scope is string =>
    typeof scope === 'string' && /^(strategy|symbol):./.test(scope);
  return {
    reason: textOf(members['reason'], 'manual'),
    message: textOf(members['message'], ''),
    level: members['level'] === 'REDUCING' ? 'REDUCING' : 'HALTED',
    scopes: scopes.every(isScope) ? scopes : [],
    ...(exit === undefined ? {} : { exit }),
  };
}

function exitOf(members: Readonly<Record<string, unknown>>): ExitRequest | undefined {
  const cancelOpen = members['cancelOpen'] === true;
  const flatten = members['flatten'] === true;
  return cancelOpen || flatten ? { cancelOpen, flatten } : undefined;
}

function exitAnswer({ killId, openOrders, positions, state, why }: ExitStatus) {
  return { kill_id: killId, state, open_orders: openOrders, positions, why };
}

function textOf(value: unknown, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
