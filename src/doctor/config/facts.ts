import type { EffectiveValue } from '../../config/setting.js';

export interface ConfigFacts {
  readonly config: LoadedConfig;
}

/** The configuration of this call, or every fault of it. Never holds a secret. */
export interface LoadedConfig {
  /** One line each, with the place. */
  readonly faults: readonly string[];
  /** Empty where there are faults. */
  readonly effective: readonly EffectiveValue[];
}
