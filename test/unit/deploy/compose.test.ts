import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCompose, readScrapes } from './compose-file.js';
import {
  commandComplaint,
  composeComplaints,
  isPinned,
  scrapeComplaints,
} from './judge-compose.js';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'deploy/compose');
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8');
const COMPOSE = read('compose.yaml');
const SCRAPES = read('prometheus.yml');
const DOCKERFILE = read('Dockerfile');

const { services } = readCompose(COMPOSE);
const complaints = (text: string) =>
  composeComplaints(readCompose(text), (path) => existsSync(join(FOLDER, path)));

/** @param changed what stands in place of a text that is in the file exactly so often */
function changed(text: string, from: string, to: string): string {
  expect(text, `the file has no "${from}" any more`).toContain(from);
  return text.replaceAll(from, to);
}

describe('compose.yaml', () => {
  it('would work, and keeps to itself what is secret', () => {
    expect(complaints(COMPOSE)).toEqual([]);
  });

  it.each(['migrate', 'engine'])('asks of cdb what it can do: %s', (name) => {
    expect(commandComplaint(services[name]!)).toBeUndefined();
  });

  it('is refused with a command that cdb does not know', () => {
    const wrong = readCompose(changed(COMPOSE, '[run, --shadow]', '[run, --shadwo]'));
    expect(commandComplaint(wrong.services['engine']!)).toContain('unknown option');
  });

  it('has the services that the page of deployment speaks of', () => {
    expect(Object.keys(services)).toEqual(['redis', 'postgres', 'migrate', 'engine', 'prometheus']);
  });

  it.each([
    ['redis:7.4.6-bookworm', 'redis:7', 'redis:7 is not pinned'],
    ['prom/prometheus:v3.5.0', 'prom/prometheus:latest', 'latest is not pinned'],
    ['deploy/compose/Dockerfile', 'deploy/Dockerfile', 'there is no ../../deploy/Dockerfile'],
    ['127.0.0.1:9464:9464', '9464:9464', 'port 9464:9464 is not bound to the loopback'],
    ['127.0.0.1:9090:9090', '0.0.0.0:9090:9090', 'is not bound to the loopback'],
    ['- redis:/data', '- rediss:/data', 'there is no volume rediss'],
    ['[stores, edge]', '[stores, egde]', 'there is no network egde'],
    ['secrets: [redis_password]', 'secrets: [redis]', 'there is no secret redis'],
    ['secrets: [postgres_password]', 'secrets: []', 'reads the secret postgres_password, which'],
    ['./prometheus.yml:', './prometheus.yaml:', 'there is no ./prometheus.yaml'],
    ['read_only: true', 'read_only: false', 'its root is writable'],
    ["['no-new-privileges:true']", '[]', 'may gain privileges'],
    ['POSTGRES_PASSWORD_FILE:', 'POSTGRES_PASSWORD:', 'is a secret in the environment'],
    ['CDB_METRICS_HOST: 0.0.0.0', 'CDB_X: redis://:a@b', 'CDB_X is a secret in the environment'],
    ["restart: 'no'", 'restart: always', 'waits for the end of migrate, which is started again'],
    ['migrate: {', 'migration: {', 'there is no service migration'],
    ['healthcheck:', 'x-healthcheck:', 'redis: has no health check'],
    ['--maxmemory-policy noeviction', '--maxmemory-policy allkeys-lru', 'is allkeys-lru'],
    ['--appendonly yes', '--appendonly no', 'redis: appendonly is no'],
    ['--appendfsync everysec', '', 'redis: appendfsync is not set'],
    ['--maxmemory 512mb', '--maxmemory 0', 'redis: maxmemory is 0'],
    ['postgres:16.10-bookworm', 'postgres:16', 'postgres:16 is not pinned'],
    ['CDB_POSTGRES_URL_FILE', 'CDB_DATABASE_URL_FILE', 'cdb knows no CDB_DATABASE_URL_FILE'],
    ['CDB_METRICS_PORT: 9464', 'CDB_METRICS_PORT: 94640', 'CDB_METRICS_PORT is 94640, required'],
    ['/readyz', '/healthy', 'its health check does not ask http://127.0.0.1:9464/readyz'],
    ['127.0.0.1:9464:9464', '127.0.0.1:9464:9465', 'publishes another port than 9464'],
    ['stop_grace_period: 60s', 'stop_grace_period: 10s', 'has no time to drain'],
    ['state:/var/lib/cdb', 'state:/var/lib/cbd', 'its state is not on a volume'],
  ])('is refused with %j as %j', (from, to, words) => {
    expect(complaints(changed(COMPOSE, from, to))).toContainEqual(expect.stringContaining(words));
  });

  it.each([
    ['volumes:\n  state: {}', 'volumes:\n  state: {}\n  old: {}', 'volumes: nobody uses old'],
    ['  edge: {}', '  edge: {}\n  old: {}', 'networks: nobody uses old'],
    ['\nsecrets:', '\nsecrets:\n  old: {file: ./old}', 'secrets: nobody uses old'],
  ])('is refused with a leftover: %j', (from, to, words) => {
    expect(complaints(changed(COMPOSE, from, to))).toContain(words);
  });
});

describe('prometheus.yml', () => {
  const judge = (text: string, compose = COMPOSE) =>
    scrapeComplaints(readScrapes(text), readCompose(compose));

  it('scrapes the engine where it serves', () => {
    expect(judge(SCRAPES)).toEqual([]);
  });

  it.each([
    ['engine:9464', 'cdb:9464', 'it scrapes cdb:9464'],
    ['metrics_path: /metrics', 'metrics_path: /metric', 'cdb serves its metrics at /metrics'],
  ])('is refused with %j as %j', (from, to, words) => {
    expect(judge(changed(SCRAPES, from, to))).toContain(words);
  });

  it('is refused where it cannot reach the engine', () => {
    const apart = changed(COMPOSE, '[stores, edge]', '[stores]');
    expect(judge(SCRAPES, apart)).toContain('engine and prometheus share no network');
  });
});

/** The words of each instruction of one kind; continued lines are one. */
function instructions(dockerfile: string, kind: string): readonly (readonly string[])[] {
  return dockerfile
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.startsWith(`${kind} `))
    .map((line) => line.split(/\s+/).slice(1));
}

describe('the Dockerfile', () => {
  it('starts from pinned images', () => {
    const images = instructions(DOCKERFILE, 'FROM').map(([image = '']) => image);
    expect(images.map((image) => isPinned(image))).toEqual([true, true]);
    expect(isPinned('node:22-bookworm-slim')).toBe(false);
  });

  it('copies what is there, and what the list of exceptions lets through', () => {
    const kept = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = instructions(DOCKERFILE, 'COPY')
      .filter(([first = '']) => !first.startsWith('--from'))
      .flatMap((words) => words.slice(0, -1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([...copied].sort()).toEqual([...kept].sort());
  });

  it('has everything of the package that a command needs while it runs', () => {
    const last = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '));
    for (const path of ['dist', 'bin', 'migrations', 'data', 'node_modules', 'package.json']) {
      expect(last, path).toMatch(new RegExp(`^COPY .*\\b${path}\\b`, 'm'));
    }
  });

  it('runs as an ordinary user, in the state directory', () => {
    expect(instructions(DOCKERFILE, 'USER')).toEqual([['node']]);
    expect(instructions(DOCKERFILE, 'WORKDIR').at(-1)).toEqual(['/var/lib/cdb']);
    expect(instructions(DOCKERFILE, 'ENTRYPOINT')).toEqual([['["cdb"]']]);
  });
});
