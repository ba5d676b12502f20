import { BUNDLE_STYLE, canonicalJson } from '../canonical-json.js';
import { isExactObject, readExactJson, type ExactJson } from '../exact-json.js';
import { buildBundle, type BundleHash, type DecisionBundle } from './build-bundle.js';
import { CONTRACT_NAME, CONTRACT_VERSION } from './contract-input.js';

type VerifiedBundle =
  | { readonly ok: true; readonly bundle: DecisionBundle }
  | { readonly ok: false; readonly what: string };

/**
 * Builds the bundle again from its own input and compares the outputs byte for byte. An order may
 * leave only if this is ok, the rebuilt decision is 1 and `bundle.input` equals the order.
 */
export function verifyBundle(given: string | ExactJson, hash: BundleHash): VerifiedBundle {
  if (typeof given === 'string') {
    const read = readExactJson(given);
    return read.ok ? verifyValue(read.value, hash) : refused('the bundle is not JSON');
  }
  return verifyValue(given, hash);
}

function verifyValue(bundle: ExactJson, hash: BundleHash): VerifiedBundle {
  if (!isExactObject(bundle)) return refused('the bundle is not an object');
  if (bundle.get('contract_name') !== CONTRACT_NAME) return refused('unknown contract_name');
  if (bundle.get('contract_version') !== CONTRACT_VERSION) {
    return refused('unknown contract_version');
  }
  const input = bundle.get('input');
  const output = bundle.get('output');
  if (!isExactObject(input)) return refused('input is missing');
  if (!isExactObject(output)) return refused('output is missing');
  const rebuilt = buildBundle(input, hash);
  if (!rebuilt.ok) return refused(`${rebuilt.error.field} ${rebuilt.error.what}`);
  const expected = canonicalJson(rebuilt.bundle.output, BUNDLE_STYLE);
  if (canonicalJson(output, BUNDLE_STYLE) !== expected) {
    return refused('the output is not what the input gives');
  }
  return rebuilt;
}

function refused(what: string): VerifiedBundle {
  return { ok: false, what };
}
