import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import type { Hash } from '../../engine/domain/hash.js';
import type { KillSwitchServices } from '../kill-switch/kill-switch-ports.js';

export type Listing =
  | { readonly state: 'listed'; readonly names: readonly string[] }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly why: string };

/** A folder that somebody else filled. Nothing of it throws. */
export interface EvidenceFolder {
  /** As it is shown to people. */
  readonly path: string;
  /** Names of what is right in it, sorted; unusable where there are too many. */
  list(): Listing;
  /** @param name relative; a file that is too large is unusable, and so is a link */
  read(name: string): FileReading;
  /**
   * @param relativePath below the root of the repository that the folder is in, else below the folder
   * @returns what is wrong with it, null where it is a file
   */
  fault(relativePath: string): string | null;
}

export interface EvidenceServices {
  evidenceFolder(path: string): Promise<EvidenceFolder>;
  /** That of a state directory. */
  proofFolder(stateDir: string): Promise<EvidenceFolder>;
}

/** The part of main's services that these commands are called with. */
export interface ReadinessServices extends EvidenceServices, KillSwitchServices {
  hash(): Promise<Hash>;
}
