import { stat } from 'node:fs/promises';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { runProgram, type ProgramCall } from '../../adapters/doctor/run-program.js';
import type { Observed } from '../../doctor/reading.js';
import { readContainers } from '../../doctor/services/container-record.js';
import type { Container } from '../../doctor/services/facts.js';
import type { Clock } from '../../engine/ports/clock.js';
import { DependencyError } from '../../operator-error.js';

const BYTES_MAX = 16 * 1_024 * 1_024;
const CONTAINERS_MAX = 200;

/**
 * A file with what the runtime printed. It is as old as its last change.
 * @throws DependencyError when no container can be read from it
 */
export async function recordedContainers(path: string): Promise<Observed<readonly Container[]>> {
  const file = readBounded(path, BYTES_MAX);
  if (file.kind !== 'text') throw unusable(path, file.kind);
  const { mtimeMs } = await stat(path);
  const value = readContainers(file.text, mtimeMs);
  if (value.length > 0) return { value, observedAtMs: mtimeMs };
  throw unusable(path, 'it is nothing that docker inspect, ps or stats prints');
}

/**
 * Asks the runtime. Usage is measured over a second or two: where that takes too long, it is unknown.
 * @throws DependencyError when it can't be asked
 */
export async function dockerContainers(
  call: ProgramCall,
  clock: Clock,
): Promise<Observed<readonly Container[]>> {
  const usage = docker(['stats', '--no-stream', '--format', '{{json .}}'], call).catch(() => '');
  const rows = await docker(['ps', '-a', '--no-trunc', '--format', '{{json .}}'], call);
  const ids = [...rows.matchAll(/"ID":"([0-9a-f]{12,64})"/g)].map(([, id = '']) => id);
  const observedAtMs = clock.nowMs();
  if (ids.length === 0) return { value: [], observedAtMs };
  const inspected = await docker(['inspect', ...ids.slice(0, CONTAINERS_MAX)], call);
  // Names in front of usage: a container that has just ended has none.
  const text = [inspected.trim(), rows.trim(), (await usage).trim()].join('\n');
  return { value: readContainers(text, observedAtMs), observedAtMs };
}

async function docker(args: readonly string[], call: ProgramCall): Promise<string> {
  const answer = await runProgram('docker', args, call);
  if (answer.ok) return answer.stdout;
  const { isMissing: isAway, why } = answer;
  throw new DependencyError(why, { dependency: 'docker', retryable: !isAway });
}

function unusable(path: string, why: string): DependencyError {
  return new DependencyError(`Cannot use "${path}" as a record of containers: ${why}`, {
    dependency: 'containers',
    retryable: false,
  });
}
