import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { newestFile, newestFileText } from '../../adapters/files/newest-file.js';
import type { CommandIo } from '../../commands/command-io.js';
import { lookAtGate } from '../../commands/gate/gate-look.js';
import { readEverywhere, type KillSwitch } from '../../commands/kill-switch/kill-switch-ports.js';
import type { OperatorPorts } from '../../commands/operator-ports.js';
import type { ParsedOptions } from '../../commands/parsed-options.js';
import { judgedReadiness } from '../../commands/readiness/readiness.js';
import { REPORT_BYTES_MAX, REPORT_JSON_NAME } from '../../doctor/report/file-name.js';
import type { LedgerEntry } from '../../engine/domain/ledger.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import type { DoctorBoard, GateRow, LedgerRow, PermissionBoard } from '../../view/board/board.js';
import { ROWS_MAX } from '../../view/board/bounded.js';
import type { Register } from '../../view/board/control-board.js';
import { doctorBoard } from '../../view/board/doctor-board.js';
import { ledgerRows } from '../../view/board/ledger-rows.js';
import { gateRows, readinessPart } from '../../view/board/permission-board.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { deliveryGate } from '../operator/delivery-gate.js';
import { evidenceFolder, proofFolder } from '../operator/evidence-folder.js';
import { killSwitch as openKillSwitch } from '../operator/kill-switch.js';
import { sharedPlaces } from '../operator/shared-places.js';

/** To ask the others costs a connection to each. */
const OTHERS_EVERY_MS = 10_000;

/** Every place of the register: the latch each time, and those that others reach now and then. */
export class RegisterLook {
  readonly #killSwitch: KillSwitch;
  readonly #ports: Pick<OperatorPorts, 'watchdog' | 'clock'>;
  readonly #call: { readonly options: ParsedOptions; readonly io: CommandIo };
  #others: readonly SharedPlace[] = [];
  #othersAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    killSwitch: KillSwitch,
    ports: Pick<OperatorPorts, 'watchdog' | 'clock'>,
    call: { readonly options: ParsedOptions; readonly io: CommandIo },
  ) {
    this.#killSwitch = killSwitch;
    this.#ports = ports;
    this.#call = call;
  }

  async look(): Promise<Register> {
    const nowMs = this.#ports.clock.monotonicMs();
    if (nowMs - this.#othersAtMs >= OTHERS_EVERY_MS) {
      this.#othersAtMs = nowMs;
      const { places } = await sharedPlaces(this.#call.options, this.#call.io);
      this.#others = await Promise.all(places.map(asSaid));
    }
    const { effective, readings } = await readEverywhere(this.#killSwitch, this.#others);
    return { record: effective.record, readings, watchdog: this.#ports.watchdog() };
  }
}

/** The same place, which says from now on what it has just said, or why it said nothing. */
async function asSaid(place: SharedPlace): Promise<SharedPlace> {
  const said = await place.read().then(
    (readings) => () => Promise.resolve(readings),
    (fault: unknown) => () => Promise.reject(toError(fault)),
  );
  await place.close().catch(() => undefined);
  return { ...place, read: said };
}

function toError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}

/** The newest report of a check-up, read again only when it was written again. */
export class DoctorLook {
  readonly #reports: string;
  #read: { readonly version: string; readonly board: DoctorBoard } | null = null;

  constructor(state: StateDirectory) {
    this.#reports = state.reports;
  }

  /** @returns undefined where there is no report, or none of this version */
  look(): DoctorBoard | undefined {
    const newest = newestFile(this.#reports, REPORT_JSON_NAME);
    if (newest === null) return undefined;
    if (this.#read?.version === newest.version) return this.#read.board;
    const json = newestFileText(this.#reports, REPORT_JSON_NAME, REPORT_BYTES_MAX);
    const board = json === null ? null : doctorBoard(json, newest.path);
    if (board === null) return undefined;
    this.#read = { version: newest.version, board };
    return board;
  }
}

/** The newest entries of the ledger; each is read once. */
export class LedgerLook {
  readonly #ledger: Ledger;
  #entries: readonly LedgerEntry[] = [];
  #after: number | null = null;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** @throws DependencyError */
  look(): readonly LedgerRow[] {
    const { n } = this.#ledger.head();
    // Fewer than before: it is another ledger.
    const isAnew = this.#after === null || n < this.#after;
    const after = isAnew ? Math.max(0, n - ROWS_MAX) : (this.#after ?? 0);
    const more = n === after ? [] : [...this.#ledger.entries(after, () => undefined)];
    this.#entries = [...(isAnew ? [] : this.#entries), ...more].slice(-ROWS_MAX);
    this.#after = more.at(-1)?.n ?? after;
    return ledgerRows(this.#entries);
  }
}

/** What the delivery gate lets through now. */
export async function lookAtGates(
  options: ParsedOptions,
  io: CommandIo,
): Promise<readonly GateRow[]> {
  const { copies, judge } = await lookAtGate(await deliveryGate(options, io), io.nowMs());
  return gateRows(copies, judge);
}

/** As `cdb readiness --for canary` judges it. */
export async function lookAtReadiness(
  options: ParsedOptions,
  io: CommandIo,
): Promise<PermissionBoard['readiness']> {
  const services = {
    killSwitch: (stateDir: string) => Promise.resolve(openKillSwitch(stateDir)),
    sharedPlaces,
    hash: () => Promise.resolve(nodeHash),
    evidenceFolder: (path: string) => Promise.resolve(evidenceFolder(path)),
    proofFolder: (stateDir: string) => Promise.resolve(proofFolder(stateDir)),
  };
  const { verdict, items } = await judgedReadiness('canary', { options, io, services });
  const said = items.map(({ item, status, says }) => ({ id: item.id, status, says }));
  return readinessPart(verdict, said);
}
