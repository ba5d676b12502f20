import { check, evidence, skip, type Check, type Evidence, type Level } from '../check.js';
import type { TableFacts, WrittenRows } from './facts.js';

const NOW_MS_MAX = 60_000;
const fields = { group: 'schema', windowMs: NOW_MS_MAX } as const;
const after = ['postgres.reach'];
/** Fewer rows of an input may still be on their way. */
const INPUTS_MIN = 5;

/** Who writes a row for (some of) those of another table. */
const PAIRS: readonly {
  readonly table: string;
  readonly input: string;
  readonly level: Level;
}[] = [
  { table: 'risk_events', input: 'signals', level: 'P0' },
  { table: 'correlation_ledger', input: 'signals', level: 'P0' },
  { table: 'positions', input: 'trades', level: 'P1' },
];

const ghostTables = check({
  ...fields,
  ...{ id: 'schema.ghost_tables', level: 'P1', after, needs: ['tables'] },
  components: ['database', 'audit_trail', 'execution'],
  title: 'no table stays empty whose writer has work',
  matters:
    'whoever reads an empty table takes it for "nothing there": exposure grew out of sight so',
  examine: ({ tables }) => {
    const known = (name: string) => tables.value.find(({ table }) => table === name);
    const pairs = PAIRS.flatMap((pair) => {
      const [table, input] = [known(pair.table), known(pair.input)];
      if (table === undefined || input === undefined || !table.exists) return [];
      const inputs = countOf(input);
      return inputs === null || inputs < INPUTS_MIN || table.isEmpty === null
        ? []
        : [{ ...pair, inputs, isEmpty: table.isEmpty }];
    });
    if (pairs.length === 0) return skip('no table that feeds another has enough rows yet');
    const ghosts = pairs.filter(({ isEmpty }) => isEmpty);
    const [first] = ghosts;
    if (first === undefined) {
      const says = pairs.map(({ table, input }) => `${table} has rows as ${input} has`).join('; ');
      return { status: 'OK', says, evidence: [evidence(tables, says)] };
    }
    const words = ghosts.map(({ table, input, inputs }) => {
      return `table ${table} has 0 rows while ${input} has ${inputs}`;
    });
    return {
      status: 'FAIL',
      level: ghosts.some(({ level }) => level === 'P0') ? 'P0' : 'P1',
      says: `${words.join('; ')}: nobody writes it`,
      evidence: words.map((what) => evidence(tables, what)),
      figures: { ghosts: ghosts.map(({ table }) => table).join(' '), inputs: first.inputs },
      remedy: {
        does: `find who should write ${ghosts.map(({ table }) => table).join(', ')}, and why it does not`,
        command: 'cdb drift',
        risk: 'none: it only reads',
        gate: null,
        testsAfter: ['its rows grow with those of its input'],
      },
    };
  },
});

/** Of a large table what the server's statistics say. */
function countOf({ rows, isEmpty, rowsEstimated }: TableFacts): number | null {
  if (isEmpty !== false) return isEmpty === true ? 0 : null;
  return rows ?? Math.max(1, rowsEstimated ?? INPUTS_MIN);
}

const lostWrites = check({
  ...fields,
  ...{ id: 'schema.lost_writes', level: 'P1', after, needs: ['written'] },
  components: ['database', 'audit_trail'],
  title: 'no INSERT was refused or rolled back',
  matters: 'a service that fails once and does not try again has lost that row for ever',
  examine: ({ written }) => {
    const { gaps, windowMs } = written.value;
    const judged = gaps.filter(({ rows }) => rows > 0);
    if (judged.length === 0) return skip('no table of plain inserts with rows to look at');
    const lost = judged.flatMap(({ table, missing, behind, rows }) => {
      // The newest number may belong to a row that is written just now.
      const all = missing + ((behind ?? 0) > 1 ? (behind ?? 0) : 0);
      return all === 0 ? [] : [{ table, rows, all }];
    });
    const minutes = Math.round(windowMs / 60_000);
    if (lost.length === 0) {
      const says = judged
        .map(({ table, rows }) => `${table}: ${rows} rows in ${minutes} min without a gap`)
        .join('; ');
      return { status: 'OK', says, evidence: [evidence(written, says)] };
    }
    const words = lost.map(
      ({ table, rows, all }) =>
        `${all} numbers of ${table} have no row (${rows} rows in ${minutes} min)`,
    );
    return {
      status: 'WARN',
      says: `${words.join('; ')}: their INSERTs were refused or rolled back`,
      evidence: words.map((what) => evidence(written, what)),
      figures: { lost: lost.reduce((sum, { all }) => sum + all, 0) },
      remedy: {
        does: 'look for the refusals in the logs of the writer, of that hour',
        command: 'cdb doctor --group logs',
        risk: 'none: it only reads (a crash of the server also skips up to 32 numbers)',
        gate: null,
      },
    };
  },
});

const repeatedIds = check({
  ...fields,
  ...{ id: 'schema.repeated_ids', level: 'P0', after, needs: ['written'] },
  components: ['audit_trail', 'signal'],
  title: 'an id of a signal names one moment, and each signal is in the ledger',
  matters:
    'ids that begin again after a restart: rows of new signals are taken for known and vanish',
  examine: ({ written }) => {
    const { repeated, writers } = written.value;
    const { ledger } = writers;
    const looked = repeated.filter(({ ids }) => ids > 0);
    const isLedgerJudged = ledger !== null && ledger.signals >= INPUTS_MIN && hasEntries(repeated);
    if (looked.length === 0 && !isLedgerJudged) return skip('no rows carry the id of a signal yet');
    const told: string[] = looked
      .filter((one) => one.repeated > 0)
      .map(({ table, repeated: count, ids, example }) => {
        return `${count} of ${ids} signal ids in ${table} stand for several moments, such as ${example ?? ''}`;
      });
    const short = isLedgerJudged ? ledger.signals - ledger.entries : 0;
    if (isLedgerJudged && short > Math.max(2, ledger.signals * 0.05)) {
      told.push(
        `correlation_ledger +${ledger.entries} while signals +${ledger.signals}: ${short} entries were taken for known`,
      );
    }
    if (told.length === 0) {
      const words = looked.map(({ table, ids }) => `${ids} ids in ${table}`);
      if (isLedgerJudged) words.push(`ledger +${ledger.entries}, signals +${ledger.signals}`);
      const says = `no id comes again: ${words.join(', ')}`;
      return { status: 'OK', says, evidence: [evidence(written, says)] };
    }
    return {
      status: 'FAIL',
      says: told.join('; '),
      evidence: told.map((what) => evidence(written, what)),
      figures: {
        repeated: looked.reduce((sum, one) => sum + one.repeated, 0),
        ledger_short: Math.max(0, short),
      },
      remedy: {
        does: 'restart nothing more, keep the tables, and make ids unique across restarts',
        command: null,
        risk: 'every further restart of signal or risk overwrites and loses rows',
        gate: null,
      },
    };
  },
});

function hasEntries(repeated: WrittenRows['repeated']): boolean {
  return repeated.some(({ table, ids }) => table === 'correlation_ledger' && ids > 0);
}

const RATIO_MAX = 1.05;
const FILLS_MIN = 20;

const duplicateWriters = check({
  ...fields,
  ...{ id: 'schema.duplicate_writers', level: 'P1', after, needs: ['written'] },
  components: ['database', 'execution'],
  title: 'one service writes each order and each fill',
  matters: 'two writers double volume, exposure and profit in every report that counts rows',
  examine: ({ written }) => {
    const { fills, sizes, twins } = written.value.writers;
    const told: { readonly says: string; readonly isBad: boolean }[] = [];
    if (fills !== null && fills.orders >= FILLS_MIN) {
      const ratio = fills.trades / fills.orders;
      const says = `${fills.trades} trades for ${fills.orders} filled orders (ratio ${ratio.toFixed(2)}, at most ${RATIO_MAX})`;
      told.push({ says, isBad: ratio > RATIO_MAX });
    }
    if (sizes !== null && sizes.filled > 0) {
      const ratio = sizes.traded / sizes.filled;
      const says = `trades sum up to ${ratio.toFixed(2)} of what their orders say (at most ${RATIO_MAX})`;
      told.push({ says, isBad: ratio > RATIO_MAX });
    }
    if (twins !== null && twins.orders >= FILLS_MIN) {
      const share = twins.pairs / twins.orders;
      const says = `${twins.pairs} of ${twins.orders} orders stand there twice, once approved and once not`;
      told.push({ says, isBad: share > RATIO_MAX - 1 });
    }
    if (told.length === 0) return skip('too few filled orders to compare with trades');
    const bad = told.filter(({ isBad }) => isBad);
    const words = (bad.length > 0 ? bad : told).map(({ says }) => says);
    const seen: readonly Evidence[] = words.map((what) => evidence(written, what));
    if (bad.length === 0) return { status: 'OK', says: words.join('; '), evidence: seen };
    return {
      status: 'FAIL',
      says: words.join('; '),
      evidence: seen,
      figures: {
        trades_per_filled_order:
          fills === null || fills.orders === 0 ? null : fills.trades / fills.orders,
        twin_orders: twins?.pairs ?? null,
      },
      remedy: {
        does: 'let only one service write orders and trades, and leave the rows as they are',
        command: null,
        risk: 'deleting duplicates without the logs of both writers deletes real fills',
        gate: null,
      },
    };
  },
});

const duplicateTrades = check({
  ...fields,
  ...{ id: 'schema.duplicate_trades', level: 'P1', after, needs: ['written'] },
  components: ['database', 'execution'],
  title: 'a trade of the venue is recorded once',
  matters: 'the same fill counted twice makes position, fees and profit wrong',
  examine: ({ written }) => {
    const { trades } = written.value.writers;
    if (trades === null || trades.rows === 0) return skip('no trade carries an id of the venue');
    const says = `${trades.repeated} of ${trades.rows} trades repeat venue, symbol and trade id of another`;
    const told = { says, evidence: [evidence(written, says)], figures: { ...trades } };
    if (trades.repeated === 0) return { status: 'OK', ...told };
    return {
      status: 'FAIL',
      ...told,
      remedy: {
        does: 'find what wrote them again (a replay, a second writer, a reconnect)',
        command: 'cdb fills',
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

const finite = check({
  ...fields,
  ...{ id: 'schema.finite', level: 'P0', after, needs: ['written'] },
  components: ['database', 'risk'],
  title: 'every figure in the tables is a number',
  matters:
    'NaN is greater than no limit: with one in it exposure never blocks again until a restart',
  examine: ({ written }) => {
    const { nonFinite, columns, rowsMax } = written.value;
    if (columns === 0) return skip('no table with figures can be read');
    const [first] = nonFinite;
    if (first === undefined) {
      const says = `${columns} columns hold numbers only, in the newest ${rowsMax} rows of each table`;
      return { status: 'OK', says, evidence: [evidence(written, says)] };
    }
    const words = nonFinite.map(
      ({ table, column, rows }) =>
        `${table}.${column} is no number (NaN or infinite) in ${rows} rows`,
    );
    return {
      status: 'FAIL',
      says: words.join('; '),
      evidence: words.map((what) => evidence(written, what)),
      figures: {
        rows: nonFinite.reduce((sum, { rows }) => sum + rows, 0),
        column: `${first.table}.${first.column}`,
      },
      remedy: {
        does: 'stop trading, then restart whoever holds the figure in memory',
        command: 'cdb kill-switch engage',
        risk: 'orders stop until it is released; open positions stay',
        gate: null,
        testsAfter: ['exposure in memory equals that of the positions'],
      },
    };
  },
});

export const ROW_CHECKS: readonly Check[] = [
  ghostTables,
  lostWrites,
  repeatedIds,
  duplicateWriters,
  duplicateTrades,
  finite,
];
