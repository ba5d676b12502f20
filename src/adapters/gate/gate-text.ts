import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { GateReading, StatedGate, StatedOpening } from '../../engine/control/delivery-gate.js';

/** A gate with its whole history is some kilobytes. */
export const GATE_BYTES_MAX = 256 * 1024;
/** Somebody opens one thing at a time. */
export const OPENINGS_MAX = 100;
const ALIASES_MAX = 100;

export type ParsedGate =
  | {
      readonly ok: true;
      readonly document: Document.Parsed;
      readonly delivery: YAMLMap;
      readonly stated: StatedGate;
    }
  /** `why` says what of the text is not understood. */
  | { readonly ok: false; readonly why: string };

export function readGateText(text: string): GateReading {
  const parsed = parseGate(text);
  return parsed.ok
    ? { state: 'present', stated: parsed.stated }
    : { state: 'unreadable', why: parsed.why };
}

/** Strict where it matters: what two readers could understand differently is not understood. */
export function parseGate(text: string): ParsedGate {
  const fault = (why: string): ParsedGate => ({ ok: false, why });
  if (Buffer.byteLength(text) > GATE_BYTES_MAX) return fault('it is too large for a gate');
  const document = parsedDocument(text);
  if (typeof document === 'string') return fault(document);
  const delivery = member(document.contents, 'delivery');
  if (!isMap(delivery)) return fault('it has no section "delivery"');
  const openings = member(delivery, 'openings');
  const list = openings === undefined ? [] : isSeq(openings) ? openings.items : null;
  if (list === null) return fault('"delivery.openings" is no list');
  if (list.length > OPENINGS_MAX) return fault(`it has more than ${OPENINGS_MAX} openings`);
  const approved = member(delivery, 'approved');
  const value = isScalar(approved) ? approved.value : null;
  const stated: StatedGate = {
    form: hasAny(document.contents, ['meta', 'rules']) ? 'docs-hub' : 'working-repo',
    approved: typeof value === 'boolean' ? value : null,
    approvedBy: textOf(delivery, 'approved_by'),
    approvedAt: textOf(delivery, 'approved_at'),
    openings: list.map(statedOpening),
  };
  return { ok: true, document, delivery, stated };
}

/** @returns what is wrong, where it is no document that can be trusted */
function parsedDocument(text: string): Document.Parsed | string {
  try {
    const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) return `it is no YAML: ${fault.message.split('\n')[0] ?? ''}`;
    document.toJS({ maxAliasCount: ALIASES_MAX }); // Aliases to nothing, or to too much, throw here.
    const { yaml } = document.directives;
    // Version 1.1 reads "yes" and "on" as true, and times as something else than text.
    return yaml.version === '1.2' ? document : `it is YAML ${yaml.version}, and only 1.2 is read`;
  } catch (fault) {
    return `it is no YAML: ${wordsOf(fault)}`;
  }
}

/** By the nodes themselves: an alias or a merged map stands for something that is elsewhere. */
function member(node: unknown, name: string): unknown {
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && key.value === name)?.value ?? undefined;
}

function textOf(node: unknown, name: string): string | null {
  const found = member(node, name);
  return isScalar(found) && typeof found.value === 'string' ? found.value : null;
}

function hasAny(node: unknown, names: readonly string[]): boolean {
  return names.some((name) => member(node, name) !== undefined);
}

export function statedOpening(node: unknown): StatedOpening {
  return {
    scope: textOf(node, 'scope'),
    approvedBy: textOf(node, 'approved_by'),
    approvedAt: textOf(node, 'approved_at'),
    expiresAt: textOf(node, 'expires_at'),
    reason: textOf(node, 'reason'),
  };
}
