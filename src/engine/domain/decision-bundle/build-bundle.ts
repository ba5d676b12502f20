import { BUNDLE_STYLE, canonicalJson, PLAIN_STYLE } from '../canonical-json.js';
import { isExactArray, isExactObject, type ExactJson, type ExactObject } from '../exact-json.js';
import type { Hash } from '../hash.js';
import type { BundleCode } from '../reason-codes.js';
import { evidenceJson, inputJson, outputJson, outputToHash, wholeJson } from './bundle-json.js';
import type { BundleFault, ContractInput } from './contract-input.js';
import { judgeBundle } from './judge-bundle.js';
import { readContract } from './read-contract.js';

export interface DecisionBundle {
  readonly decision: 0 | 1;
  /** Sorted by code point; empty if and only if `decision` is 1. */
  readonly reasonCodes: readonly BundleCode[];
  /** What was judged, normalised. */
  readonly input: ContractInput;
  readonly inputHash: string;
  readonly decisionHash: string;
  /** The bundle's `output` member. */
  readonly output: ExactObject;
  /** The whole bundle as compact JSON, members in the reference's order. */
  readonly json: string;
}

type BuiltBundle =
  | { readonly ok: true; readonly bundle: DecisionBundle }
  | { readonly ok: false; readonly error: BundleFault };

/** Only SHA-256 is needed. */
export type BundleHash = Pick<Hash, 'sha256Hex'>;

/**
 * Builds the order bundle from a raw contract input, byte for byte as the reference does, or says
 * which member is wrong. Pure; never throws.
 */
export function buildBundle(raw: ExactJson, hash: BundleHash): BuiltBundle {
  const read = readContract(raw);
  if (!read.ok) return read;
  const { input } = read;
  const verdict = judgeBundle(input);
  if (verdict.tooLarge !== null) {
    const field = `metrics.${verdict.tooLarge}`;
    return { ok: false, error: { field, what: 'has too many digits' } };
  }

  const inputMember = inputJson(input);
  const canonicalInput = canonicalJson(inputMember, BUNDLE_STYLE);
  const unhashable = loneSurrogate(canonicalInput, inputMember);
  if (unhashable !== undefined) {
    return { ok: false, error: { field: unhashable, what: 'is not valid Unicode' } };
  }
  const inputHash = hash.sha256Hex(canonicalInput);
  const canonicalOutput = canonicalJson(outputToHash(input, verdict, inputHash), BUNDLE_STYLE);
  const decisionHash = hash.sha256Hex(canonicalOutput);
  const evidence = evidenceJson({ canonicalInput, inputHash, canonicalOutput, decisionHash });
  const output = outputJson(input, verdict, evidence);
  const { decision, reasonCodes } = verdict;
  const json = canonicalJson(wholeJson(inputMember, output), PLAIN_STYLE);
  return {
    ok: true,
    bundle: { decision, reasonCodes, input, inputHash, decisionHash, output, json },
  };
}

/** Text with half a surrogate pair has no UTF-8 and so no hash. @returns the member that has it */
function loneSurrogate(canonical: string, value: ExactJson): string | undefined {
  // The writer escapes nothing else this way, and the walk is rarely needed.
  if (!canonical.includes('\\ud')) return undefined;
  return surrogateIn(value, '');
}

function surrogateIn(value: ExactJson, path: string): string | undefined {
  if (typeof value === 'string') return /\p{Cs}/u.test(value) ? path : undefined;
  const inner = isExactArray(value)
    ? value.map((item, index) => [`${path}[${index}]`, '', item] as const)
    : isExactObject(value)
      ? [...value].map(([name, item]) => [path ? `${path}.${name}` : name, name, item] as const)
      : [];
  for (const [innerPath, name, item] of inner) {
    const found = surrogateIn(name, innerPath) ?? surrogateIn(item, innerPath);
    if (found !== undefined) return found;
  }
  return undefined;
}
