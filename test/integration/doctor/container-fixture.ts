/** One element of what `docker inspect` prints, with the members that count. */
export function inspected(
  name: string,
  {
    upMs = null,
    nowMs = Date.now(),
    ...change
  }: {
    /** Null: it does not run. */
    readonly upMs?: number | null;
    readonly nowMs?: number;
    readonly status?: string;
    readonly restarts?: number;
    readonly exitCode?: number;
    readonly finishedAtMs?: number;
    readonly health?: 'healthy' | 'starting' | 'unhealthy';
    readonly healthSays?: string;
    readonly networks?: readonly string[];
    readonly hostPort?: number;
    readonly oomKilled?: boolean;
  } = {},
) {
  const { status = upMs === null ? 'exited' : 'running', restarts = 0, exitCode = 0 } = change;
  const { finishedAtMs, health, healthSays, networks = ['cdb_network'], hostPort } = change;
  const iso = (atMs: number | undefined) =>
    atMs === undefined ? '0001-01-01T00:00:00Z' : new Date(atMs).toISOString();
  return {
    Id: name.padEnd(64, '0'),
    Name: `/${name}`,
    RestartCount: restarts,
    State: {
      Status: status,
      Running: upMs !== null,
      Restarting: status === 'restarting',
      OOMKilled: change.oomKilled ?? false,
      ExitCode: exitCode,
      StartedAt: iso(upMs === null ? finishedAtMs : nowMs - upMs),
      FinishedAt: iso(finishedAtMs),
      ...(health !== undefined && {
        Health: { Status: health, Log: healthSays === undefined ? [] : [{ Output: healthSays }] },
      }),
    },
    HostConfig: { Memory: 0 },
    NetworkSettings: {
      Networks: Object.fromEntries(networks.map((network) => [network, {}])),
      Ports:
        hostPort === undefined
          ? {}
          : { '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] },
    },
  };
}

export const TWELVE = [
  ...['cdb_regime', 'cdb_candles', 'cdb_ws', 'cdb_allocation', 'cdb_risk', 'cdb_execution'],
  ...['cdb_signal', 'cdb_db_writer', 'cdb_redis', 'cdb_grafana', 'cdb_postgres', 'cdb_prometheus'],
];

export const HOURS_MS = 3_600_000;
