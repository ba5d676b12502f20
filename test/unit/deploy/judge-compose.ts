import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { complaint } from '../documented-commands/judge.js';
import type { ComposeFile, ComposeService, ScrapeConfig } from './compose-file.js';

/** One release: a tag that moves is another program on another day. PostgreSQL's have two numbers. */
const PINNED = /^(?:postgres:\d+\.\d+|[\w./-]+:v?\d+\.\d+\.\d+)[\w.-]*$/;
const REDIS_SETTINGS: Readonly<Record<string, RegExp>> = {
  appendonly: /^yes$/,
  appendfsync: /^everysec$/,
  'maxmemory-policy': /^noeviction$/,
  maxmemory: /^[1-9]\d*mb$/,
};
/** Two commits that run into their limit, and what comes after them. */
const GRACE_SECONDS_MIN = 30;

export const isPinned = (image: string): boolean => PINNED.test(image);

type Named = readonly [name: string, service: ComposeService];

/** @returns one sentence for each thing that would not work, or would not be safe */
export function composeComplaints(file: ComposeFile, exists: (path: string) => boolean) {
  const services = Object.entries(file.services);
  return [
    ...services.flatMap((service) => imageComplaints(service, exists)),
    ...services.flatMap((service) => referenceComplaints(service, file, exists)),
    ...services.flatMap(safetyComplaints),
    ...services.flatMap((service) => orderComplaints(service, file)),
    ...unusedComplaints(file),
    ...redisComplaints(file.services['redis']),
    ...services.flatMap(settingComplaints),
    ...engineComplaints(file.services['engine']),
  ];
}

function imageComplaints([name, { image, build }]: Named, exists: (path: string) => boolean) {
  if (build === undefined) return isPinned(image) ? [] : [`${name}: ${image} is not pinned`];
  const path = `${build.context}/${build.dockerfile}`;
  return exists(path) ? [] : [`${name}: there is no ${path}`];
}

function referenceComplaints(
  [name, service]: Named,
  file: ComposeFile,
  exists: (path: string) => boolean,
): readonly string[] {
  const { secrets, volumes, networks } = service;
  const text = JSON.stringify([service.command, service.environment, service.healthcheck]);
  const paths = [...text.matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret = '']) => secret);
  const sources = volumes.map((volume) => volume.split(':')[0] ?? '');
  const mounted = sources.filter((source) => source.startsWith('.'));
  const kept = sources.filter((source) => !source.startsWith('.'));
  return [
    ...missing(name, 'secret', secrets, file.secrets),
    ...missing(name, 'network', networks, file.networks),
    ...missing(name, 'volume', kept, file.volumes),
    ...mounted.filter((path) => !exists(path)).map((path) => `${name}: there is no ${path}`),
    ...paths
      .filter((path) => !secrets.includes(path))
      .map((path) => `${name}: reads the secret ${path}, which it is not given`),
  ];
}

function missing(
  name: string,
  kind: string,
  wanted: readonly string[],
  there: Readonly<Record<string, unknown>>,
): readonly string[] {
  return wanted
    .filter((one) => !(one in there))
    .map((one) => `${name}: there is no ${kind} ${one}`);
}

function safetyComplaints([name, service]: Named): readonly string[] {
  const { ports, environment, read_only, security_opt } = service;
  const open = ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port));
  const told = Object.entries(environment).filter(
    ([key, value]) =>
      (/PASSWORD|SECRET|TOKEN/.test(key) && !key.endsWith('_FILE')) ||
      /:\/\/[^/]*:[^/]*@/.test(String(value)),
  );
  return [
    ...open.map((port) => `${name}: port ${port} is not bound to the loopback`),
    ...told.map(([key]) => `${name}: ${key} is a secret in the environment`),
    ...(read_only ? [] : [`${name}: its root is writable`]),
    ...(security_opt.includes('no-new-privileges:true') ? [] : [`${name}: may gain privileges`]),
  ];
}

function orderComplaints([name, service]: Named, { services }: ComposeFile): readonly string[] {
  const isOneShot = service.restart === 'no';
  const before = Object.entries(service.depends_on).flatMap(([wanted, { condition }]) => {
    const other = services[wanted];
    if (other === undefined) return [`${name}: there is no service ${wanted}`];
    if (condition === 'service_completed_successfully' && other.restart !== 'no')
      return [`${name}: waits for the end of ${wanted}, which is started again`];
    return [];
  });
  return service.healthcheck === undefined && !isOneShot
    ? [...before, `${name}: has no health check`]
    : before;
}

function unusedComplaints({ services, ...file }: ComposeFile): readonly string[] {
  const all = Object.values(services);
  const used = {
    secrets: new Set(all.flatMap(({ secrets }) => secrets)),
    networks: new Set(all.flatMap(({ networks }) => networks)),
    volumes: new Set(all.flatMap(({ volumes }) => volumes.map((one) => one.split(':')[0]))),
  };
  return (['secrets', 'networks', 'volumes'] as const).flatMap((kind) =>
    Object.keys(file[kind])
      .filter((name) => !used[kind].has(name))
      .map((name) => `${kind}: nobody uses ${name}`),
  );
}

function redisComplaints(redis: ComposeService | undefined): readonly string[] {
  const line = redis?.command.join(' ') ?? '';
  return Object.entries(REDIS_SETTINGS).flatMap(([name, wanted]) => {
    const value = new RegExp(`--${name} (\\S+)`).exec(line)?.[1];
    return value !== undefined && wanted.test(value)
      ? []
      : [`redis: ${name} is ${value ?? 'not set'}`];
  });
}

/** What runs our own image is judged by the product's own tables: its settings here. */
function settingComplaints([name, { build, environment }]: Named): readonly string[] {
  if (build === undefined) return [];
  return Object.entries(environment).flatMap(([variable, value]) => {
    const key = CONFIG_KEYS.find(({ env }) => env === variable);
    if (key === undefined) return [`${name}: cdb knows no ${variable}`];
    const read = key.read(value);
    return read.ok ? [] : [`${name}: ${variable} is ${value}, required ${read.required}`];
  });
}

/** @returns why `cdb` would not run what this service asks of it, or nothing */
export function commandComplaint({ command }: ComposeService): string | undefined {
  return complaint({ text: ['cdb', ...command].join(' '), kind: 'line' });
}

function engineComplaints(engine: ComposeService | undefined): readonly string[] {
  if (engine === undefined) return ['engine: there is none'];
  const port = engine.environment['CDB_METRICS_PORT'];
  const asks = `http://127.0.0.1:${port ?? ''}/readyz`;
  const seconds = Number(/^(\d+)s$/.exec(engine.stop_grace_period ?? '')?.[1] ?? 0);
  return [
    ...(engine.healthcheck?.test.some((word) => word.includes(asks)) === true
      ? []
      : [`engine: its health check does not ask ${asks}`]),
    ...(engine.ports.every((one) => one.endsWith(`:${port ?? ''}`))
      ? []
      : [`engine: publishes another port than ${port ?? 'none'}`]),
    ...(seconds >= GRACE_SECONDS_MIN ? [] : ['engine: has no time to drain']),
    ...(engine.volumes.includes(`state:${engine.environment['CDB_STATE_DIR'] ?? ''}`)
      ? []
      : ['engine: its state is not on a volume']),
  ];
}

/** @returns one sentence for each scrape that would find nobody */
export function scrapeComplaints(scrapes: readonly ScrapeConfig[], { services }: ComposeFile) {
  const engine = services['engine'];
  const port = engine?.environment['CDB_METRICS_PORT'];
  const shared = services['prometheus']?.networks.some((one) => engine?.networks.includes(one));
  const cdb = scrapes.find(({ job_name }) => job_name === 'cdb');
  const targets = cdb?.static_configs.flatMap((one) => one.targets) ?? [];
  return [
    ...(cdb?.metrics_path === '/metrics' ? [] : ['cdb serves its metrics at /metrics']),
    ...(targets.join() === `engine:${port ?? ''}` ? [] : [`it scrapes ${targets.join()}`]),
    ...(shared === true ? [] : ['engine and prometheus share no network']),
  ];
}
