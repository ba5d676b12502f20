import type {
  BlockCodeRow,
  BlockRow,
  Board,
  EngineRow,
  EventRow,
  FillBoardRow,
  FindingRow,
  LedgerRow,
  LogRow,
  OrderRow,
  StageRow,
  StreamRow,
} from '../board.js';
import type { Section } from '../section.js';
import type { BoardTable } from '../table.js';
import { BLOCKS_TABLE, CODES_TABLE } from './blocks-tables.js';
import { CONTROL_TABLE, controlRows, type ControlRow } from './control-table.js';
import { FILLS_TABLE, ORDERS_TABLE } from './fills-tables.js';
import { FINDINGS_TABLE } from './findings-table.js';
import { AUDIT_TABLE, EVENTS_TABLE, LOGS_TABLE } from './happenings-tables.js';
import { ENGINES_TABLE, STAGES_TABLE } from './stages-tables.js';
import { STREAMS_TABLE } from './streams-table.js';

/** Row of each list of a board. */
export interface BoardRows {
  readonly streams: StreamRow;
  readonly codes: BlockCodeRow;
  readonly blocks: BlockRow;
  readonly fills: FillBoardRow;
  readonly orders: OrderRow;
  readonly stages: StageRow;
  readonly engines: EngineRow;
  readonly findings: FindingRow;
  readonly control: ControlRow;
  readonly audit: LedgerRow;
  readonly logs: LogRow;
  readonly events: EventRow;
}
export type BoardListName = keyof BoardRows;

export interface BoardList<Row> {
  readonly table: BoardTable<Row>;
  /** Null: never read. */
  readonly rows: (board: Board) => readonly Row[] | null;
  /** The evidence of its rows; events are made by the dashboard itself and have none. */
  readonly section: (board: Board) => Section<unknown> | null;
}

export const BOARD_LISTS: { readonly [Name in BoardListName]: BoardList<BoardRows[Name]> } = {
  streams: {
    table: STREAMS_TABLE,
    rows: ({ streams }) => streams.value,
    section: ({ streams }) => streams,
  },
  codes: {
    table: CODES_TABLE,
    rows: ({ blocks }) => blocks.value?.codes ?? null,
    section: ({ blocks }) => blocks,
  },
  blocks: {
    table: BLOCKS_TABLE,
    rows: ({ blocks }) => blocks.value?.rows ?? null,
    section: ({ blocks }) => blocks,
  },
  fills: {
    table: FILLS_TABLE,
    rows: ({ fills }) => fills.value?.fills ?? null,
    section: ({ fills }) => fills,
  },
  orders: {
    table: ORDERS_TABLE,
    rows: ({ fills }) => fills.value?.orders ?? null,
    section: ({ fills }) => fills,
  },
  stages: {
    table: STAGES_TABLE,
    rows: ({ stages }) => stages.value?.stages ?? null,
    section: ({ stages }) => stages,
  },
  engines: {
    table: ENGINES_TABLE,
    rows: ({ stages }) => stages.value?.engines ?? null,
    section: ({ stages }) => stages,
  },
  findings: {
    table: FINDINGS_TABLE,
    rows: ({ doctor }) => doctor.value?.findings ?? null,
    section: ({ doctor }) => doctor,
  },
  control: {
    table: CONTROL_TABLE,
    rows: ({ control, permissions }) => controlRows(control.value, permissions.value),
    section: ({ control, permissions }) => older(control, permissions),
  },
  audit: {
    table: AUDIT_TABLE,
    rows: ({ ledger }) => ledger.value,
    section: ({ ledger }) => ledger,
  },
  logs: { table: LOGS_TABLE, rows: ({ log }) => log.value, section: ({ log }) => log },
  events: { table: EVENTS_TABLE, rows: ({ events }) => events, section: () => null },
};

/** What rests on two parts is as old as the one whose next reading is longer due. */
function older(a: Section<unknown>, b: Section<unknown>): Section<unknown> {
  if (a.asOfMs === null) return b;
  if (b.asOfMs === null) return a;
  if ((a.down === null) !== (b.down === null)) return a.down === null ? b : a;
  return a.asOfMs + a.everyMs <= b.asOfMs + b.everyMs ? a : b;
}
