import { check, evidence, type Check, type Judgement, type Remedy } from '../check.js';
import { reachCheck } from '../reach.js';

const NOW_MS_MAX = 60_000;
/** The oldest version that still gets fixes. */
const MAJOR_MIN = 14;
const CLOCK_WARN_MS = 2_000;
/** A decision is refused when what it is made of is older than this. */
const CLOCK_FAIL_MS = 5_000;
const USED_WARN = 0.8;
const USED_FAIL = 0.95;

const fields = { group: 'postgres', windowMs: NOW_MS_MAX, components: ['database'] } as const;
const after = ['postgres.reach'];
const looks = (does: string, risk: string): Remedy => ({ does, command: null, risk, gate: null });

const reach = reachCheck('postgres', {
  ...fields,
  id: 'postgres.reach',
  level: 'P0',
  title: 'the database answers',
  matters:
    'without it no decision, order or fill is recorded, and nobody can prove what was traded',
  remedy: looks(
    'start the database server, or correct host, port and role of its URL',
    'a server that comes back lets its writers go on by themselves',
  ),
});

const version = check({
  ...fields,
  ...{ id: 'postgres.version', level: 'P1', after, needs: ['postgres'] },
  title: 'the server is of a version that can be used',
  matters: 'older servers lack what the audit trail uses, and get no fixes any more',
  examine: ({ postgres }) => {
    const { version: is, major } = postgres.value;
    const says = `PostgreSQL ${is}, ${MAJOR_MIN} or newer is needed`;
    if (major >= MAJOR_MIN) return { status: 'OK', says, evidence: [evidence(postgres, says)] };
    return {
      status: 'FAIL',
      says,
      evidence: [evidence(postgres, says)],
      remedy: looks('move the database to a newer server', 'its writers stop meanwhile'),
    };
  },
});

const writable = check({
  ...fields,
  ...{ id: 'postgres.writable', level: 'P0', after, needs: ['postgres'] },
  components: ['database', 'audit_trail'],
  title: 'the server takes writes',
  matters: 'a standby or a read-only server refuses every row, however healthy its writers look',
  examine: ({ postgres }) => {
    const { isStandby, readsOnlyBy } = postgres.value;
    const ok = (says: string): Judgement => {
      return { status: 'OK', says, evidence: [evidence(postgres, says)] };
    };
    const bad = (says: string, does: string): Judgement => {
      const remedy = looks(does, 'two servers that take writes would part for ever: only one may');
      return { status: 'FAIL', says, evidence: [evidence(postgres, says)], remedy };
    };
    if (isStandby) {
      return bad(
        'it is a standby, which follows another server and takes no row',
        'name the primary in the URL of every writer, or promote this server',
      );
    }
    if (readsOnlyBy === 'server') {
      return bad(
        'default_transaction_read_only is on for the whole server or database',
        'take default_transaction_read_only back (ALTER SYSTEM or ALTER DATABASE … RESET)',
      );
    }
    if (readsOnlyBy === 'role') return ok('it takes writes, though not from the role used here');
    return ok('it takes writes');
  },
});

const durable = check({
  ...fields,
  ...{ id: 'postgres.durable', level: 'P1', after, needs: ['postgres'] },
  components: ['database', 'audit_trail'],
  title: 'what was committed outlives a crash',
  matters: 'an order that left can be missing from the record after a power failure',
  examine: ({ postgres }) => {
    if (postgres.value.isDurable) {
      const says = 'fsync, full_page_writes and synchronous_commit are on';
      return { status: 'OK', says, evidence: [evidence(postgres, says)] };
    }
    const says = 'fsync, full_page_writes or synchronous_commit is off';
    return {
      status: 'WARN',
      says,
      evidence: [evidence(postgres, says)],
      remedy: looks('turn them on and reload the server', 'commits take longer'),
    };
  },
});

const connections = check({
  ...fields,
  ...{ id: 'postgres.connections', level: 'P1', after, needs: ['postgres'] },
  title: 'connections are left for whoever has to write',
  matters: 'a writer that reconnects is refused, and what it had to write is lost',
  examine: ({ postgres }) => {
    const { connections: used, connectionsMax: max } = postgres.value;
    const says = `${used} of ${max} connections are used (${Math.round((used / max) * 100)} %)`;
    const figures = { connections: used, connections_max: max };
    const told = { says, figures, evidence: [evidence(postgres, says)] };
    if (used < max * USED_WARN) return { status: 'OK', ...told };
    return {
      status: used >= max * USED_FAIL ? 'FAIL' : 'WARN',
      ...told,
      remedy: looks(
        'find who holds them (pg_stat_activity), end what is idle, or raise max_connections',
        'raising it needs a restart of the server',
      ),
    };
  },
});

const clock = check({
  ...fields,
  ...{ id: 'postgres.clock', level: 'P1', after, needs: ['postgres'] },
  components: ['database', 'host'],
  title: 'its clock agrees with ours',
  matters: 'times of rows, logs and streams no longer belong together, and fresh data look stale',
  examine: ({ postgres }) => {
    const { clockOffsetMs: offset, clockErrorMs: error } = postgres.value;
    const sign = offset < 0 ? '-' : '+';
    const says = `its clock is ${sign}${Math.abs(Math.round(offset))} ms from ours, give or take ${Math.ceil(error)} ms`;
    const told = { says, evidence: [evidence(postgres, says)], figures: { offset_ms: offset } };
    // What the way there may have taken is no skew.
    const certainMs = Math.abs(offset) - error;
    if (certainMs <= CLOCK_WARN_MS) return { status: 'OK', ...told };
    return {
      status: certainMs > CLOCK_FAIL_MS ? 'FAIL' : 'WARN',
      ...told,
      remedy: looks(
        'let both hosts follow the same time servers (chronyc tracking)',
        'a clock that jumps repeats or skips times: step it while nothing trades',
      ),
    };
  },
});

export const SERVER_CHECKS: readonly Check[] = [
  reach,
  version,
  writable,
  durable,
  connections,
  clock,
];
