import { FAULTS, type Fault, type FaultKind, type FaultOf } from './faults.js';

/** `all`: those of now and those to come. A fraction in [0, 1) picks one that is open at the time. */
export type FaultTarget = 'all' | { readonly connection: number } | { readonly fraction: number };

export interface FaultOrder {
  readonly fault: Fault;
  readonly target?: FaultTarget;
  /** Ends a lasting fault after so many elapsed ms; without it `end` does. */
  readonly forMs?: number;
}

/** What was done when, for the message of a failing test. */
export interface FaultRecord {
  readonly atMs: number;
  readonly fault: Fault;
  /** `missed`: the connection that it was meant for was not there. */
  readonly act: 'began' | 'ended' | 'struck' | 'missed';
  /** Null: all. */
  readonly connection: number | null;
}

interface LastingFault {
  readonly fault: Fault;
  readonly connection: number | null;
  readonly untilMs: number;
}

const RECORDS_MAX = 10_000;

/** Lasting faults that are on, and the record of all. Later ones of a kind win. */
export class FaultBoard {
  readonly records: FaultRecord[] = [];
  #lasting: LastingFault[] = [];

  begin(fault: Fault, connection: number | null, nowMs: number, forMs = Infinity): void {
    this.record({ atMs: nowMs, fault, act: 'began', connection });
    this.#lasting.unshift({ fault, connection, untilMs: nowMs + forMs });
  }

  record(record: FaultRecord): void {
    if (this.records.length < RECORDS_MAX) this.records.push(record);
  }

  /** @returns the faults that ended */
  expire(nowMs: number): readonly Fault[] {
    return this.#remove(nowMs, (one) => one.untilMs <= nowMs);
  }

  end(kind: FaultKind | 'all', nowMs: number): readonly Fault[] {
    return this.#remove(nowMs, ({ fault }) => kind === 'all' || fault.kind === kind);
  }

  /** For one connection, or for the venue when it is of that scope. */
  find<K extends FaultKind>(kind: K, connection: number | null = null): FaultOf<K> | undefined {
    const found = this.#lasting.find(
      (one) =>
        one.fault.kind === kind && (one.connection === null || one.connection === connection),
    );
    return found?.fault as FaultOf<K> | undefined;
  }

  #remove(nowMs: number, leaves: (one: LastingFault) => boolean): readonly Fault[] {
    const gone = this.#lasting.filter(leaves);
    if (gone.length > 0) this.#lasting = this.#lasting.filter((one) => !leaves(one));
    for (const { fault, connection } of gone) {
      this.record({ atMs: nowMs, fault, act: 'ended', connection });
    }
    return gone.map(({ fault }) => fault);
  }
}

export function lasts(fault: Fault): boolean {
  return FAULTS[fault.kind].lasts;
}
