import { locateStateDir } from '../../config/state-dir.js';
import type { LedgerEntry, LedgerKind } from '../../engine/domain/ledger.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import type { KillSwitchServices } from './kill-switch-ports.js';

/** What changes who may trade, and what was done to prove that it can be changed. */
const KINDS: readonly LedgerKind[] = ['control', 'mode', 'canary', 'trigger', 'drill'];
const SHOWN_DEFAULT = 50;

/** Who changed the register here, when, and why; newest last. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: KillSwitchServices,
): Promise<number> {
  const stateDir = await locateStateDir(configLocation(options, io));
  const { ledger } = await services.killSwitch(stateDir);
  const all = [...ledger.entries()].filter(({ event }) => KINDS.includes(event.kind));
  const shown = all.slice(-(options.number('limit') ?? SHOWN_DEFAULT));
  printResult(io, {
    command: 'kill-switch.history',
    data: { entries: shown, total: all.length },
    text: () => historyText(shown, all.length),
  });
  return EXIT.OK;
}

function historyText(shown: readonly LedgerEntry[], total: number): string {
  if (total === 0) return 'no change of the control register is on record here\n';
  const titles = ['n', 'when', 'what', 'level', 'who', 'why'];
  const rows = shown.map(({ n, event }) => [
    String(n),
    new Date(event.atMs).toISOString(),
    event.action,
    levelWords(event.details),
    event.who,
    event.why,
  ]);
  const table = textTable(
    titles.map((title) => ({ title, widthMax: 100 })),
    rows.map((row) => row.map(plainText)),
  );
  const rest = total - shown.length;
  return rest === 0 ? table : `${table}${rest} older; --limit ${total} shows all\n`;
}

function levelWords({ level, previousLevel }: Readonly<Record<string, unknown>>): string {
  return typeof level === 'string' && typeof previousLevel === 'string'
    ? `${previousLevel} to ${level}`
    : '';
}
