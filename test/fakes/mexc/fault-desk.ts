import { pick, type Random } from '../venue/seeded-random.js';
import type { Door } from '../venue/door.js';
import type { VenueClock } from '../venue/venue-clock.js';
import type { Connection } from './connection.js';
import { lasts, type FaultBoard, type FaultOrder, type FaultTarget } from './fault-board.js';
import type { PlannedFault } from './fault-plan.js';
import { FAULTS, type Fault, type FaultKind, type FaultOf } from './faults.js';

export interface FaultDeskOptions {
  readonly board: FaultBoard;
  readonly clock: VenueClock;
  readonly random: Random;
  readonly door: Door;
  open(): readonly Connection[];
  burst(fault: FaultOf<'burst'>): void;
}

/** Where faults are ordered: by a test, a plan, or a command from another process. */
export class FaultDesk {
  readonly #options: FaultDeskOptions;
  #planned: readonly PlannedFault[];
  #admitting: Promise<void> = Promise.resolve();

  constructor(options: FaultDeskOptions, planned: readonly PlannedFault[]) {
    this.#options = options;
    this.#planned = planned.toSorted((a, b) => a.atMs - b.atMs);
  }

  order({ fault, target = 'all', forMs }: FaultOrder): void {
    const { board, clock } = this.#options;
    const hit = this.#hit(target);
    const atMs = clock.elapsedMs();
    if (hit === null) {
      board.record({ atMs, fault, act: 'missed', connection: null });
    } else if (lasts(fault)) {
      board.begin(fault, hit === 'all' ? null : hit.id, atMs, forMs);
      this.#venueBegins(fault);
      for (const connection of this.#options.open()) connection.applyManner();
    } else {
      board.record({ atMs, fault, act: 'struck', connection: hit === 'all' ? null : hit.id });
      if (FAULTS[fault.kind].scope === 'venue') this.#strikeVenue(fault);
      else for (const one of hit === 'all' ? this.#options.open() : [hit]) one.strike(fault);
    }
  }

  /** Resolves when it has ended for everybody: a refused port is open again. */
  async end(kind: FaultKind | 'all'): Promise<void> {
    const { board, clock } = this.#options;
    this.#venueEnds(board.end(kind, clock.elapsedMs()));
    for (const connection of this.#options.open()) connection.applyManner();
    await this.#admitting;
  }

  /** Orders what the plan has for this time, ends what has run out. */
  tick(): void {
    const nowMs = this.#options.clock.elapsedMs();
    this.#venueEnds(this.#options.board.expire(nowMs));
    while (this.#planned[0] !== undefined && this.#planned[0].atMs <= nowMs) {
      const [next, ...rest] = this.#planned;
      this.#planned = rest;
      this.order(next);
    }
  }

  /** Null when the one it is meant for is not there. */
  #hit(target: FaultTarget): Connection | 'all' | null {
    if (target === 'all') return 'all';
    const open = this.#options.open();
    if ('connection' in target) return open.find(({ id }) => id === target.connection) ?? null;
    return open.length === 0 ? null : pick(() => target.fraction, open);
  }

  #venueBegins(fault: Fault): void {
    if (fault.kind === 'clock-rate') this.#options.clock.setRate(fault.rate);
    if (fault.kind === 'connection-refused') this.#options.door.refuse();
  }

  #venueEnds(ended: readonly Fault[]): void {
    const { board, clock, door } = this.#options;
    for (const { kind } of ended) {
      if (board.find(kind) !== undefined) continue;
      if (kind === 'clock-rate') clock.setRate(1);
      if (kind === 'connection-refused') this.#admitting = door.admit();
    }
  }

  #strikeVenue(fault: Fault): void {
    if (fault.kind === 'clock-jump') this.#options.clock.jump(fault.ms);
    if (fault.kind === 'burst') this.#options.burst(fault);
  }
}
