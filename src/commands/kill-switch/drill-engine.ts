import { findModeFlags } from '../../config/mode-flags.js';
import type { Config } from '../../config/parse-config.js';
import type { CommandIo } from '../command-io.js';
import type { DrillPlace, DrillServices } from './drill-ports.js';
import { DrillFailure, drillRound, OrderWatch, type DrillRound } from './drill-round.js';

interface DrillAsked {
  readonly rounds: number;
  readonly config: Config;
  readonly signal: AbortSignal;
  /** One round is done. */
  readonly onRound: (round: DrillRound) => void;
}

export interface Drilled {
  readonly rounds: readonly DrillRound[];
  /** Null when every round was measured. */
  readonly failure: string | null;
}

/** Stops that meet no order, for each that is asked for: markets are quiet between bursts. */
const QUIET_PER_ROUND_MAX = 4;

/** Runs an engine in the drill's place, in this process, and stops it so many times. */
export async function runDrill(
  services: DrillServices,
  io: CommandIo,
  { place, asked }: { readonly place: DrillPlace; readonly asked: DrillAsked },
): Promise<Drilled> {
  const { config, signal } = asked;
  const orders = new OrderWatch(() => place.hostMs());
  const opened = await services.openEngine({
    config,
    ...{ mode: 'paper', restart: false, signal },
    // Whatever the operator's own flags say: nothing of it leaves this process.
    flags: findModeFlags({ cwd: place.stateDir, env: {} }),
    launch: { words: [], cwd: place.stateDir, env: {}, detached: false },
    onStep: () => undefined,
    onCommitted: (fact) => {
      orders.note(fact);
    },
    onNotice: (text) => {
      io.stderr(`notice: ${text}\n`);
    },
  });
  if (opened.state !== 'ready') return { rounds: [], failure: 'the feed had ended already' };
  const { engine } = opened;
  let isOver = false;
  const ended = engine
    .start(() => undefined)
    .finally(() => {
      isOver = true;
    });
  ended.catch(() => undefined);
  const rounds: DrillRound[] = [];
  try {
    const run = { services, io, place, engine, orders, signal, isOver: () => isOver };
    let quiet = 0;
    while (rounds.length < asked.rounds) {
      signal.throwIfAborted();
      const round = await drillRound(run);
      if (round === null) {
        quiet += 1;
        if (quiet > QUIET_PER_ROUND_MAX * asked.rounds)
          throw new DrillFailure('no order flowed while a stop was on its way');
        continue;
      }
      rounds.push(round);
      asked.onRound(round);
    }
    return { rounds, failure: null };
  } catch (fault) {
    if (!(fault instanceof DrillFailure)) throw fault;
    return { rounds, failure: fault.message };
  } finally {
    engine.stop();
    await ended.catch(() => undefined);
    await engine.close();
  }
}
