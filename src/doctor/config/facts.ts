import type { EffectiveValue } from '../../config/setting.js';
import type { Thresholds, ThresholdSetName } from '../../engine/domain/thresholds.js';

export interface ConfigFacts {
  readonly config: LoadedConfig;
  readonly thresholds: ThresholdsInForce;
  readonly secrets: readonly SecretFile[];
  readonly stackVariables: StackVariables;
}

/** The configuration of this call, or every fault of it. Never holds a secret. */
export interface LoadedConfig {
  /** One line each, with the place. */
  readonly faults: readonly string[];
  /** Empty where there are faults. */
  readonly effective: readonly EffectiveValue[];
}

export interface ThresholdsInForce {
  readonly mode: 'shadow' | 'paper';
  readonly set: ThresholdSetName;
  readonly values: Thresholds;
}

/** A file that should hold a secret, as it is on disk; never what is in it. */
export interface SecretFile {
  /** The key or the variable that names it. */
  readonly namedBy: string;
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other' | 'missing' | 'unreadable';
  /** Null where it is no file. */
  readonly bytes: number | null;
  /** Rights alone: 0o600. */
  readonly mode: number | null;
}

/**
 * What the environment (or the file of `--env-from`) says to the services of a stack: none of these is a
 * secret.
 */
export interface StackVariables {
  readonly values: Readonly<Record<string, { readonly text: string; readonly origin: string }>>;
  /** `doctor.services`, by the name of the service. */
  readonly addresses: readonly { readonly service: string; readonly url: string }[];
}
