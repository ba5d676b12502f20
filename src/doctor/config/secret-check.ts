import { shellWord } from '../../view/shell-word.js';
import { check, evidence, notExamined, type Check, type Repair } from '../check.js';
import type { SecretFile } from './facts.js';

const OTHERS = 0o077;

export const secrets: Check = check({
  id: 'config.secrets',
  group: 'config',
  level: 'P1',
  title: "each file with a secret is there, not empty, and its owner's alone",
  matters: 'a secret that is missing stops a service; one that others can read is none',
  components: ['config'],
  needs: ['secrets'],
  windowMs: 60_000,
  examine: (seen) => {
    const files = seen.secrets.value;
    if (files.length === 0) {
      return notExamined('no file with a secret is named');
    }
    const faults = files.flatMap((file) => faultOf(file) ?? []);
    const figures = { files: files.length, faults: faults.length };
    if (faults.length === 0) {
      const says = `${files.length} files with secrets are their owner's alone`;
      return { status: 'OK', says, evidence: [evidence(seen.secrets, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `${faults.length} of ${files.length} files with secrets are not as they should be: ${faults.join('; ')}`,
      evidence: faults.map((fault) => evidence(seen.secrets, fault)),
      remedy: {
        does: 'write the secret into a file of its own, for its owner alone (chmod 600)',
        command: null,
        risk: 'a secret that others could read has to be replaced, not only hidden',
        gate: null,
        testsAfter: ['cdb doctor --only config.secrets'],
        repairs: files.flatMap((file) => repairOf(file) ?? []),
      },
      figures,
    };
  },
});

/** Rights alone can be mended here; what others may have read has to be replaced by its owner. */
function repairOf({ kind, bytes, mode, path }: SecretFile): Repair | null {
  if (kind !== 'file' || bytes === 0 || mode === null || (mode & OTHERS) === 0) return null;
  const modeAfter = mode & ~OTHERS;
  return {
    does: `chmod ${rights(modeAfter)} ${shellWord(path)}`,
    undo: `chmod ${rights(mode)} ${shellWord(path)}`,
    ...{ path, mode, modeAfter },
  };
}

/** Never with anything that is in the file. */
function faultOf({ namedBy, path, kind, bytes, mode }: SecretFile): string | null {
  const where = `${path} (${namedBy})`;
  switch (kind) {
    case 'missing':
      return `${where} is missing`;
    case 'directory':
      return `${where} is a directory`;
    case 'other':
      return `${where} is no regular file`;
    case 'unreadable':
      return `${where} cannot be looked at`;
    case 'file':
      if (bytes === 0) return `${where} is empty`;
      if (((mode ?? 0) & OTHERS) !== 0)
        return `${where} has rights ${rights(mode ?? 0)}, required 0600`;
      return null;
  }
}

function rights(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
