import { resolve } from 'node:path';
import { secretFileState } from '../../adapters/doctor/secret-file.js';
import { configLocation } from '../../commands/config-location.js';
import { readEnvFile } from '../../config/config-files.js';
import { environment, type Environment } from '../../config/environment.js';
import type { Config } from '../../config/parse-config.js';
import { originText } from '../../config/setting.js';
import type {
  ConfigFacts,
  SecretFile,
  StackVariables,
  ThresholdsInForce,
} from '../../doctor/config/facts.js';
import { SECRET_FILE_VARIABLE, STACK_VARIABLES } from '../../doctor/config/stack-variables.js';
import type { Probes } from '../../doctor/facts.js';
import type { Observed } from '../../doctor/reading.js';
import { configured, type DoctorPlace } from './doctor-place.js';

export function configProbes(place: DoctorPlace): Probes<ConfigFacts> {
  const { config, faults, clock } = place;
  const now = <T>(value: T): Promise<Observed<T>> =>
    Promise.resolve({ value, observedAtMs: clock.nowMs() });
  return {
    config: {
      source: 'flags, environment and configuration files',
      read: () => now({ faults, effective: config?.effective ?? [] }),
    },
    thresholds: configured(place, (known) => ({
      source: 'the configuration',
      read: () => now(thresholdsOf(known)),
    })),
    secrets: {
      source: 'files with secrets',
      read: async () => now(await secretFiles(place)),
    },
    stackVariables: {
      source: 'the environment',
      read: () => now(stackVariables(place)),
    },
  };
}

function thresholdsOf({ run, thresholds, thresholdValues }: Config): ThresholdsInForce {
  return { mode: run.mode, set: thresholds.set, values: thresholdValues };
}

/** Those of our own keys, and those that variables name for other programs. */
async function secretFiles(place: DoctorPlace): Promise<readonly SecretFile[]> {
  const { config, io } = place;
  const own: Readonly<Record<string, string | undefined>> = {
    'postgres.urlFile': config?.postgres.urlFile,
    'redis.urlFile': config?.redis.urlFile,
    'watchdog.apiKeyFile': config?.watchdog.apiKeyFile,
    'watchdog.apiSecretFile': config?.watchdog.apiSecretFile,
    'audit.hmacKeyFile': config?.audit.hmacKeyFile,
  };
  const named = Object.entries(own).flatMap(([namedBy, path]) =>
    path === undefined ? [] : [{ namedBy, path: resolve(io.cwd, path) }],
  );
  for (const [name, { text }] of variablesOf(place)) {
    const path = resolve(io.cwd, text);
    if (!SECRET_FILE_VARIABLE.test(name) || named.some((one) => one.path === path)) continue;
    named.push({ namedBy: name, path });
  }
  return Promise.all(named.map(async (one) => ({ ...one, ...(await secretFileState(one.path)) })));
}

function stackVariables(place: DoctorPlace): StackVariables {
  const variables = variablesOf(place);
  const values = STACK_VARIABLES.flatMap((name) => {
    const found = variables.get(name);
    if (found === undefined) return [];
    return [[name, { text: found.text, origin: originText(found.origin) }] as const];
  });
  const addresses = (place.config?.doctor.services ?? []).flatMap((pair) => {
    const [, service, url] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    return service === undefined || url === undefined ? [] : [{ service, url }];
  });
  return { values: Object.fromEntries(values), addresses };
}

/** A file of variables that cannot be read is told as a fault of the configuration. */
function variablesOf({ options, io }: DoctorPlace): Environment {
  try {
    return environment(io.env, readEnvFile(configLocation(options, io)));
  } catch {
    return environment(io.env, undefined);
  }
}
