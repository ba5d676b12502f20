import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';
import { nodeHash } from '../node-hash.js';
import { readBounded, writeFileAtomic } from './atomic-file.js';
import { createStateRoot, stateDirectory } from './state-directory.js';

const PROOF_FORMAT = 'cdb.proof/1';
const PROOF_BYTES_MAX = 4 * 1024 * 1024;
/** The hash is of the text of the proof as it stands there, to the byte. */
const PROOF = new RegExp(
  `^\\{"format":"${PROOF_FORMAT}","sha256":"([0-9a-f]{64})","proof":(.*)\\}\\n$`,
  's',
);

/** Replaces a proof of that name. @throws the system's error */
export function saveProof(
  stateDir: string,
  name: string,
  proof: unknown,
): { readonly path: string; readonly sha256: string } {
  const state = stateDirectory(stateDir);
  createStateRoot(state);
  makeDirectories(state.proofs, 0o700);
  const path = join(state.proofs, basename(name));
  const text = JSON.stringify(proof);
  const sha256 = nodeHash.sha256Hex(text);
  writeFileAtomic(path, `{"format":"${PROOF_FORMAT}","sha256":"${sha256}","proof":${text}}\n`);
  return { path, sha256 };
}

export type ReadProof =
  | { readonly name: string; readonly ok: true; readonly sha256: string; readonly proof: unknown }
  | { readonly name: string; readonly ok: false; readonly why: string };

/** One that was changed after it was saved is no proof. Never throws. */
export function readProof(directory: string, name: string): ReadProof {
  const bad = (why: string): ReadProof => ({ name, ok: false, why });
  try {
    const file = readBounded(join(directory, basename(name)), PROOF_BYTES_MAX);
    if (file.kind !== 'text') return bad(`is ${file.kind}`);
    const [, sha256 = '', text = ''] = PROOF.exec(file.text) ?? [];
    if (sha256 === '') return bad('is not what cdb writes');
    if (nodeHash.sha256Hex(text) !== sha256) return bad('was changed after it was saved');
    return { name, ok: true, sha256, proof: JSON.parse(text) as unknown };
  } catch (fault) {
    return bad(wordsOf(fault));
  }
}

/** Names in the alphabet; empty where there is no directory. @throws the system's error */
export function proofNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fault;
  }
}
