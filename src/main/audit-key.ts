import { chainHash } from '../adapters/chain-hash.js';
import type { Config } from '../config/parse-config.js';
import { readPrivateFile } from '../config/private-file.js';
import type { ChainHash } from '../engine/domain/row-chain.js';
import { EXIT, OperatorError } from '../operator-error.js';

/** As text: 32 random bytes are 64 hex digits, 44 of base64. */
const KEY_CHARACTERS_MIN = 32;

/**
 * How rows are hashed from now on. The key itself goes nowhere else.
 * @throws OperatorError (exit 3) for a key file that is named and can't be used
 */
export function configuredChainHash({ audit: { hmacKeyFile: path } }: Config): ChainHash {
  if (path === undefined) return chainHash(null);
  const file = readPrivateFile(path);
  if (!file.ok) throw unusable(path, file.why);
  if (file.isExposed) throw unusable(path, 'others than its owner may read it (chmod 600)');
  const key = file.text.trim();
  if (key.length < KEY_CHARACTERS_MIN) {
    throw unusable(path, `it has fewer than ${KEY_CHARACTERS_MIN} characters`);
  }
  return chainHash(key);
}

function unusable(path: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0616',
    what: `Cannot use "${path}" as the key of the audit chain (audit.hmacKeyFile)`,
    why,
    todo: 'put the key back; for a new one: umask 077; openssl rand -hex 32 > FILE',
    exit: EXIT.CONFIG,
  });
}
