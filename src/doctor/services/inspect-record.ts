import type { Container } from './facts.js';
import type { PartialContainer } from './container-record.js';
import { readHealth, readState } from './uptime-words.js';

type Members = Readonly<Record<string, unknown>>;

const MIB = 1_024 * 1_024;

/** `docker inspect` alone keeps the state as an object. */
export function isInspect(record: Members): boolean {
  return typeof record['Name'] === 'string' && typeof record['State'] === 'object';
}

export function fromInspect(record: Members, atMs: number): readonly PartialContainer[] {
  const name = String(record['Name']).replace(/^\//, '');
  const state = inside(record['State']);
  const health = inside(state['Health']);
  const network = inside(record['NetworkSettings']);
  const limit = inside(record['HostConfig'])['Memory'];
  const isUp = state['Running'] === true && state['Restarting'] !== true;
  const startedAtMs = timeOf(state['StartedAt']);
  const finishedAtMs = timeOf(state['FinishedAt']);
  const said = healthWords(health['Log']);
  return [
    {
      name,
      state: readState(String(state['Status'])),
      health: readHealth(String(health['Status'])),
      upMs: isUp && startedAtMs !== null ? Math.max(0, atMs - startedAtMs) : null,
      restarts: typeof record['RestartCount'] === 'number' ? record['RestartCount'] : null,
      oomKilled: typeof state['OOMKilled'] === 'boolean' ? state['OOMKilled'] : null,
      networks: Object.keys(inside(network['Networks'])),
      ports: portsOf(network['Ports']),
      ...(typeof limit === 'number' && limit > 0 && { memoryLimitMib: limit / MIB }),
      ...(!isUp && typeof state['ExitCode'] === 'number' && { exitCode: state['ExitCode'] }),
      ...(finishedAtMs !== null && { finishedAtMs }),
      ...(said !== null && { healthSays: said }),
    },
  ];
}

function inside(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

/** `0001-01-01T00:00:00Z` means never. */
function timeOf(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return atMs > 0 ? atMs : null;
}

function healthWords(log: unknown): string | null {
  const last: unknown = Array.isArray(log) ? log.at(-1) : undefined;
  const output = inside(last)['Output'];
  return typeof output === 'string' && output.trim() !== '' ? output.trim().slice(0, 200) : null;
}

/** `{"8002/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8002"}]}` */
function portsOf(ports: unknown): NonNullable<Container['ports']> {
  return Object.entries(inside(ports)).flatMap(([container, hosts]) =>
    (Array.isArray(hosts) ? hosts : []).map((host: unknown) => ({
      host: Number(inside(host)['HostPort']),
      container: Number.parseInt(container, 10),
    })),
  );
}
