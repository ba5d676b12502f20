import stringWidth from 'string-width';
import { countCell, decimalCell, shareCell } from '../../src/view/board/tables/cell-text.js';
import { VIEWS, type ViewName } from '../../src/view/screen-names.js';
import type { DashboardStage } from './dashboard-stage.js';

interface StatusJson {
  readonly word: string;
  readonly effects: readonly {
    readonly name: string;
    readonly word: string;
    readonly cause: { readonly value: number };
  }[];
}
interface SwitchJson {
  readonly level: string;
  readonly mode: string;
  readonly epoch: number;
  readonly operator: string;
}
interface StreamsJson {
  readonly streams: readonly { name: string; exists: boolean; length: number }[];
}
interface BlocksJson {
  readonly blocked: number;
  readonly allowed: number;
  readonly groups: readonly { key: string; count: number; share_fraction: number }[];
}
interface FillsJson {
  readonly total: number;
  readonly fills: readonly { qty: string; price: string; side: string }[];
}
interface AuditJson {
  readonly entries: readonly { who: string; why: string }[];
}
interface LogsJson {
  readonly lines: readonly { message: string; level: string }[];
}
interface DoctorJson {
  readonly status: string;
  readonly top_findings: readonly { id: string; status: string }[];
}

/** For each view what has to be on its screen: pieces of one row each, in any order. */
export type Wanted = Readonly<Record<ViewName, readonly RegExp[]>>;

/** Of an engine at rest, as the commands say it. Keeps a report of the doctor first. */
export async function wantedBy(stage: DashboardStage): Promise<Wanted> {
  const doctor = await stage.json<DoctorJson>('doctor', '--daily', '--write');
  const status = await stage.json<StatusJson>('status');
  const control = await stage.json<SwitchJson>('kill-switch', 'status');
  const { streams } = await stage.json<StreamsJson>('streams', 'list');
  const blocks = await stage.json<BlocksJson>('blocks');
  const { total, fills } = await stage.json<FillsJson>('fills', '-n', '3');
  const { entries } = await stage.json<AuditJson>('audit', 'tail');
  const { lines } = await stage.json<LogsJson>('logs', '-n', '500');
  const [worst] = doctor.top_findings;
  const newestFill = lines.findLast(({ message }) => / FILLED |^FILLED /.test(message));
  return {
    home: [row(control.mode.toUpperCase(), control.level), row(status.word)],
    streams: streams.map(({ name, exists, length }) =>
      row(start(name, 20), exists ? countCell(length) : '–'),
    ),
    blocks: [
      row('RISK BLOCKS', `${blocks.blocked}, allowed ${blocks.allowed}`),
      ...blocks.groups.map(({ key, count, share_fraction: share }) =>
        row(key, String(count), shareCell(share)),
      ),
    ],
    fills: [
      row('4 Fills', String(total)),
      ...fills.map(({ side, qty, price }) => {
        return row(side, start(decimalCell(qty), 8), start(decimalCell(price), 7));
      }),
    ],
    stages: [
      row('5 Stages', status.word),
      ...status.effects
        .slice(0, 4)
        .map(({ name, word, cause }) => row(start(name, 18), word, countCell(cause.value))),
    ],
    doctor: [row('6 Doctor', doctor.status), row(worst?.status ?? '', worst?.id ?? '')],
    control: [
      row('mode', control.mode.toUpperCase(), 'level', control.level, `epoch ${control.epoch}`),
      row('set by', control.operator),
      row('place', 'latch file', control.level),
    ],
    audit: entries.map(({ who }) => row(who)),
    logs: [row('fill', start(newestFill?.message ?? '', 12))],
  };
}

/** What of it is not on the screen. */
export function missing(view: ViewName, wanted: Wanted, screen: readonly string[]) {
  return wanted[view].filter((piece) => !screen.some((line) => piece.test(line)));
}

export function keyOf(view: ViewName): string {
  return String(VIEWS.indexOf(view) + 1);
}

/** Cells of the widest row that was ever drawn, of all that was written. */
export function widestRow(bytes: string): number {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  const rows = [...text.matchAll(/\u001b\[\d+;1H([^]*?)(?=\u001b\[\d+;\d+H|\u001b\[\?)/g)];
  return Math.max(0, ...rows.map(([, row = '']) => stringWidth(row)));
}

/** Words in this order in one row, whatever stands between them. */
function row(...words: readonly string[]): RegExp {
  return new RegExp(words.map((word) => word.replace(/[^\w ]/g, '\\$&')).join('.*'));
}

/** As much of a text as every width has room for. */
function start(text: string, characters: number): string {
  return text.slice(0, characters).trimEnd();
}
