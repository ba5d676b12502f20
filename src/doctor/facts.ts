import type { ConfigFacts } from './config/facts.js';
import type { HostFacts } from './host/facts.js';
import type { LogFacts } from './logs/facts.js';
import type { MonitoringFacts } from './monitoring/facts.js';
import type { PipelineFacts } from './pipeline/facts.js';
import type { PostgresFacts } from './postgres/facts.js';
import type { Probe, Reading } from './reading.js';
import type { RedisFacts } from './redis/facts.js';
import type { RepositoryFacts } from './repository/facts.js';
import type { SafetyFacts } from './safety/facts.js';
import type { ServiceFacts } from './services/facts.js';
import type { VenueFacts } from './venue/facts.js';

/** Everything that a check may look at, each read once by its probe. */
export interface Facts
  extends
    ConfigFacts,
    HostFacts,
    ServiceFacts,
    PostgresFacts,
    RedisFacts,
    PipelineFacts,
    SafetyFacts,
    VenueFacts,
    LogFacts,
    MonitoringFacts,
    RepositoryFacts {}

export type FactName = keyof Facts;

export type Probes<Some extends object = Facts> = {
  readonly [Name in keyof Some]: Probe<Some[Name]>;
};

export type Readings = { readonly [Name in FactName]: Reading<Facts[Name]> };
