import type { PackFiles } from '../../engine/control/canary-pack.js';

/** The prestart packs of a state directory. Throws what the file system says. */
export interface CanaryPacks {
  /** Where the pack of this name is. */
  folder(name: string): string;
  write(name: string, files: PackFiles): void;
  /** Null when there is none. */
  newest(): { readonly name: string; readonly files: PackFiles } | null;
}

export interface CanaryServices {
  canaryPacks(stateDir: string): Promise<CanaryPacks>;
}
