import type { Container } from './facts.js';
import type { PartialContainer } from './container-record.js';
import { readHealth, readState, readStatusWords } from './uptime-words.js';

type Members = Readonly<Record<string, unknown>>;

const MIB_OF: Readonly<Record<string, number>> = {
  B: 1 / 1_048_576,
  KB: 1_000 / 1_048_576,
  MB: 1_000_000 / 1_048_576,
  GB: 1_000_000_000 / 1_048_576,
  KIB: 1 / 1_024,
  MIB: 1,
  GIB: 1_024,
  TIB: 1_048_576,
};

/** A row of `docker ps`, `docker compose ps` or `docker stats`: the same names in JSON and in tables. */
export function fromRow(record: Members): readonly PartialContainer[] {
  const text = (name: string): string | undefined => {
    const value = record[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const name = text('Names')?.split(',')[0] ?? text('Name');
  if (name === undefined) return [];
  const status = text('Status');
  const state = text('State');
  const health = readHealth(text('Health') ?? '');
  const networks = text('Networks');
  const ports = text('Ports');
  return [
    {
      name,
      ...(status !== undefined && readStatusWords(status)),
      ...(state !== undefined && { state: readState(state) }),
      ...(health !== null && { health }),
      ...(networks !== undefined && { networks: networks.split(',').map((one) => one.trim()) }),
      ...(ports !== undefined && { ports: portsOf(ports) }),
      ...usageOf(text('CPUPerc') ?? text('CPU %'), text('MemUsage') ?? text('MEM USAGE / LIMIT')),
    },
  ];
}

function usageOf(
  cpu: string | undefined,
  memory: string | undefined,
): Partial<Pick<Container, 'cpuPercent' | 'memoryMib' | 'memoryLimitMib'>> {
  const percent = Number.parseFloat(cpu ?? '');
  const [used, limit] = (memory ?? '').split('/').map((part) => mibOf(part.trim()));
  return {
    ...(Number.isFinite(percent) && { cpuPercent: percent }),
    ...(typeof used === 'number' && { memoryMib: used }),
    ...(typeof limit === 'number' && { memoryLimitMib: limit }),
  };
}

function mibOf(text: string): number | null {
  const [, count = '', unit = ''] = /^([\d.]+)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const factor = MIB_OF[unit.toUpperCase()];
  return factor === undefined ? null : Number(count) * factor;
}

/** `127.0.0.1:8002->8002/tcp, 9090/tcp` */
function portsOf(text: string): NonNullable<Container['ports']> {
  return [...text.matchAll(/:(\d+)->(\d+)\//g)].map(([, host, container]) => ({
    host: Number(host),
    container: Number(container),
  }));
}
