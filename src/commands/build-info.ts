// Replaced by scripts/build.mjs; absent when the sources run unbundled, as in unit tests.
declare const __CDB_VERSION__: string | undefined;
declare const __CDB_COMMIT__: string | undefined;
declare const __CDB_ENGINE_HASH__: string | undefined;

interface BuildInfo {
  readonly version: string;
  /** Short commit id; `unknown` when cdb was built outside a repository. */
  readonly commit: string;
  /** Hash of the sources that decide what a journal folds to; equal hash, equal fold. */
  readonly engineHash: string;
}

export const BUILD: BuildInfo = {
  version: typeof __CDB_VERSION__ === 'string' ? __CDB_VERSION__ : 'unbuilt',
  commit: typeof __CDB_COMMIT__ === 'string' ? __CDB_COMMIT__ : 'unknown',
  engineHash: typeof __CDB_ENGINE_HASH__ === 'string' ? __CDB_ENGINE_HASH__ : 'unbuilt',
};
