import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { readFiles, type FoundFile } from '../../adapters/doctor/bounded-files.js';
import { gitState, type GitState } from '../../adapters/doctor/git-state.js';
import type { Probes } from '../../doctor/facts.js';
import type { Absent, Observed, Probe } from '../../doctor/reading.js';
import type { GateOutput, RepositoryFacts, Workflow } from '../../doctor/repository/facts.js';
import { readGateOutput } from '../../doctor/repository/gate-output.js';
import { readWorkflow } from '../../doctor/repository/read-workflow.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { DoctorPlace } from './doctor-place.js';
import { GithubReader } from './github-reader.js';

const GIT_MS_MAX = 2_000;
const OUTPUT_TAIL_BYTES = 256 * 1_024;

export function repositoryProbes(place: DoctorPlace): Probes<RepositoryFacts> {
  const { io, config, clock } = place;
  const directory = resolve(io.cwd, config?.doctor.repository ?? '.');
  let state: Promise<GitState | Absent> | null = null;
  const git = () =>
    (state ??= gitState(directory, { env: io.env, signal: AbortSignal.timeout(GIT_MS_MAX) }));
  const rootOf = async () => {
    const found = await git();
    return 'absent' in found ? found : found.path;
  };
  let reading: Promise<readonly Workflow[]> | null = null;
  const workflows = () => (reading ??= rootOf().then(readWorkflows));
  const hub = new GithubReader({
    leftOut: place.isOffline ? 'left out by --offline' : null,
    env: io.env,
    root: rootOf,
    protectionFile:
      config?.doctor.protection === undefined ? null : resolve(io.cwd, config.doctor.protection),
    workflows,
  });
  const seen = <T extends object>(value: T | Absent): Observed<T> | Absent =>
    'absent' in value ? value : { value, observedAtMs: clock.nowMs() };
  const ofHub = <T extends object>(
    what: string,
    ask: (signal: AbortSignal) => Promise<T | Absent>,
  ): Probe<T> => ({
    source: `GitHub (gh ${what})`,
    read: async (signal) => seen(await ask(signal)),
  });
  return {
    repository: { source: `git ${directory}`, read: async () => seen<GitState>(await git()) },
    ciRuns: ofHub('run list', (signal) => hub.runs(signal)),
    issues: ofHub('issue list', (signal) => hub.issues(signal)),
    protection: ofHub('api …/protection', (signal) => hub.protection(signal)),
    gateRuns: ofHub('run view', (signal) => hub.gateRuns(signal)),
    workflows: {
      source: join(directory, '.github/workflows'),
      read: async () => {
        const found = await workflows();
        return found.length === 0 ? { absent: 'the repository has no workflows' } : seen(found);
      },
    },
    gateOutput: {
      source: 'recorded output of gates',
      read: () => gateOutputs(config?.doctor.gateOutput ?? [], io.cwd),
    },
  };
}

async function readWorkflows(root: string | Absent): Promise<readonly Workflow[]> {
  if (typeof root !== 'string') return [];
  const files = await readFiles([join(root, '.github/workflows')], ['.yml', '.yaml']);
  return files.filter(({ fault }) => fault !== 'there is no such file').map(workflowOf);
}

function workflowOf({ path, text, fault }: FoundFile): Workflow {
  const broken = (why: string) => ({ file: path, name: path, jobs: [], fault: why });
  if (text === null) return broken(fault ?? 'it cannot be read');
  try {
    return readWorkflow(parse(text, { maxAliasCount: 100 }), path);
  } catch (error) {
    return broken(wordsOf(error).split('\n', 1).join(''));
  }
}

async function gateOutputs(
  paths: readonly string[],
  cwd: string,
): Promise<Observed<readonly GateOutput[]> | Absent> {
  if (paths.length === 0) {
    return { absent: 'no recorded output of a gate is configured (doctor.gateOutput)' };
  }
  const endings = ['.log', '.txt', '.out', '.json'];
  const named = paths.map((path) => resolve(cwd, path));
  const files = await readFiles(named, endings, OUTPUT_TAIL_BYTES);
  if (files.length === 0) return { absent: `nothing is recorded in ${paths.join(', ')}` };
  const value = files.map(({ path, text, fault }) => ({
    ...readGateOutput(path, text ?? ''),
    fault,
  }));
  return { value, observedAtMs: Math.min(...files.map(({ modifiedAtMs }) => modifiedAtMs)) };
}
