import { isDeepStrictEqual } from 'node:util';
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  parse,
  parseDocument,
  Scalar,
  type Document,
  type YAMLMap,
} from 'yaml';
import {
  completeOpening,
  type Opening,
  type StatedGate,
} from '../../engine/control/delivery-gate.js';
import { isoFromMs } from '../../engine/domain/iso-time.js';
import { nodeHash } from '../node-hash.js';
import { parseGate, statedOpening, type ParsedGate } from './gate-text.js';

/** Older ones stay; what comes behind so many is in the ledger only. */
const HISTORY_MAX = 1_000;
/** What a new file says before its first opening. */
const NEW_FILE = `# What may be changed now, by whose word, until when. It counts only as it is committed.
delivery:
  approved: false
history: []
`;

export interface GateChange {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
}

type Whole = Extract<ParsedGate, { ok: true }>;

/**
 * In place of any other opening of the same scope.
 * @param text null for a file that does not exist
 * @returns null where that cannot be done without losing something that somebody wrote
 */
export function withOpening(text: string | null, opening: Opening): string | null {
  const isDone = ({ approved, openings }: StatedGate) =>
    approved === true &&
    openings.some((one) => {
      const read = completeOpening(nodeHash, one);
      return read.ok && read.opening.id === opening.id;
    });
  return edited(text ?? NEW_FILE, isDone, (gate) => {
    dropOpenings(gate, (one) => one.scope === opening.scope || isOver(one, opening.approvedAtMs));
    const { document, delivery } = gate;
    setScalar(delivery, 'approved', true);
    setScalar(delivery, 'approved_by', opening.approvedBy);
    setScalar(delivery, 'approved_at', timeNode(opening.approvedAtMs));
    if (delivery.has('reason')) setScalar(delivery, 'reason', opening.reason);
    const entry = document.createNode({
      scope: opening.scope,
      approved_by: opening.approvedBy,
      approved_at: timeNode(opening.approvedAtMs),
      expires_at: timeNode(opening.expiresAtMs),
      reason: opening.reason,
    });
    const openings = delivery.get('openings', true);
    if (isSeq(openings)) openings.add(entry);
    else delivery.set('openings', document.createNode([entry]));
    const { approvedAtMs: atMs, approvedBy: by, reason } = opening;
    addHistory(document, `opened ${opening.scope}`, { atMs, by, reason });
  });
}

/**
 * Without any opening of the scope, complete or not. `approved` is false when nothing that counts
 * is left; who approved it when is kept. What is closed already stays as it is. Where the rest could
 * not be kept, the one word is changed, which closes every scope. @returns null for a text that can't be read
 */
export function withoutScope(text: string, scope: string, change: GateChange): string | null {
  const before = parseGate(text);
  if (!before.ok) return null;
  const { approved, openings: stated } = before.stated;
  if (approved === false && stated.every((one) => one.scope !== scope)) return text;
  const isDone = ({ openings }: StatedGate) => openings.every((one) => one.scope !== scope);
  const whole = edited(text, isDone, (gate) => {
    dropOpenings(gate, (one) => one.scope === scope || isOver(one, change.atMs));
    const { delivery, document } = gate;
    const rest = delivery.get('openings', true);
    const isOpen =
      isSeq(rest) && rest.items.some((item) => completeOpening(nodeHash, statedOpening(item)).ok);
    if (!isOpen) setScalar(delivery, 'approved', false);
    addHistory(document, `closed ${scope}`, change);
  });
  return whole ?? withApprovedFalse(text);
}

function edited(
  text: string,
  isDone: (stated: StatedGate) => boolean,
  change: (gate: Whole) => void,
): string | null {
  const gate = parseGate(text);
  if (!gate.ok) return null;
  try {
    change(gate);
    const written = gate.document.toString({ lineWidth: 0, indentSeq: indentsLists(text) });
    const whole = text.includes('\r\n') ? written.replaceAll('\n', '\r\n') : written;
    const isMeant = (result: string) => {
      const read = parseGate(result);
      return read.ok && isDone(read.stated) && keepsEverythingElse(text, result);
    };
    return [onlyOurSections(text, whole), whole].find(isMeant) ?? null;
  } catch {
    return null; // An anchor that is needed elsewhere, for instance; the caller says that it can't.
  }
}

/** The old text, byte for byte, but for the sections that were changed. */
function onlyOurSections(before: string, after: string): string {
  const now = new Map(sections(after).map(({ name, text }) => [name, text]));
  const old = sections(before);
  const head = before.slice(0, old[0]?.start ?? 0);
  const parts = old.map(({ name, text }) =>
    name === 'delivery' || name === 'history' ? (now.get(name) ?? text) : text,
  );
  return head + parts.join('');
}

/** Of a block map: from each key up to the next. */
function sections(text: string) {
  const root = parseDocument(text).contents;
  if (!isMap(root) || root.flow === true) return [];
  const keys = root.items.flatMap(({ key }) =>
    isScalar(key) ? [{ name: key.value, start: key.range[0] }] : [],
  );
  return keys.map(({ name, start }, index) => ({
    name,
    start,
    text: text.slice(start, keys[index + 1]?.start),
  }));
}

function dropOpenings(
  { delivery }: Whole,
  isDropped: (one: ReturnType<typeof statedOpening>) => boolean,
): void {
  const openings = delivery.get('openings', true);
  if (!isSeq(openings)) return;
  const kept = openings.items.filter((item) => !isDropped(statedOpening(item)));
  const comments = openings.items
    .filter((item) => !kept.includes(item))
    .flatMap((item) => (isNode(item) ? [item.commentBefore, item.comment] : []))
    .filter((comment) => typeof comment === 'string');
  openings.items = kept;
  const own = [openings.commentBefore, openings.comment].filter((one) => typeof one === 'string');
  if (kept.length === 0 && comments.length + own.length === 0) delivery.delete('openings');
  // What somebody wrote beside an opening outlives it.
  else if (comments.length > 0)
    openings.comment = [...comments, openings.comment].filter(Boolean).join('\n');
}

function isOver(one: ReturnType<typeof statedOpening>, nowMs: number): boolean {
  const read = completeOpening(nodeHash, one);
  return read.ok && read.opening.expiresAtMs <= nowMs;
}

/** Keeps the comments beside the old value, and its quotes. */
function setScalar(map: YAMLMap, name: string, value: string | boolean | Scalar): void {
  const before = map.get(name, true);
  if (!isScalar(before) || before.anchor !== undefined) map.set(name, value);
  else if (value instanceof Scalar) {
    before.value = value.value;
    if (before.type === 'PLAIN') before.type = 'QUOTE_DOUBLE';
  } else before.value = value;
}

/** In quotes: readers of YAML 1.1 make something else than text of a bare time. */
function timeNode(atMs: number): Scalar {
  const node = new Scalar(isoFromMs(atMs));
  node.type = 'QUOTE_DOUBLE';
  return node;
}

/** The working-repo form has one. */
function addHistory(document: Document, action: string, change: GateChange): void {
  const history = document.get('history', true);
  if (!isSeq(history) || history.items.length >= HISTORY_MAX) return;
  history.flow = false;
  const { atMs, by, reason } = change;
  history.add(document.createNode({ date: timeNode(atMs), action, by, reason }));
}

function indentsLists(text: string): boolean {
  return !/^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text);
}

/** Judged by what the two texts say, not by how they were edited. */
function keepsEverythingElse(before: string, after: string): boolean {
  const left = comments(after);
  const areCommentsKept = comments(before).every((comment) => {
    const at = left.indexOf(comment);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
  const [old, now] = [before, after].map((one) => parse(one, { mapAsMap: true }) as YamlRoot);
  if (!areCommentsKept || old === undefined || now === undefined) return false;
  const [oldHistory, newHistory] = [old, now].map((one) => one.get('history'));
  const isHistoryKept =
    !Array.isArray(oldHistory) ||
    (Array.isArray(newHistory) &&
      isDeepStrictEqual(oldHistory, newHistory.slice(0, oldHistory.length)));
  return isHistoryKept && isDeepStrictEqual(others(old), others(now));
}

type YamlRoot = ReadonlyMap<unknown, unknown>;

const OURS = ['approved', 'approved_by', 'approved_at', 'reason', 'openings'];

/** All that is not ours, with the order of its keys. */
function others(root: YamlRoot): unknown {
  return [...root].map(([key, value]) => {
    if (key === 'delivery' && value instanceof Map) {
      return [key, [...value].filter(([name]) => !OURS.includes(String(name)))];
    }
    if (key === 'history' && Array.isArray(value)) return [key, 'a list'];
    return [key, value instanceof Map ? [...value] : value];
  });
}

function comments(text: string): string[] {
  return [...new Lexer().lex(text)]
    .filter((lexeme) => lexeme.startsWith('#'))
    .map((comment) => comment.trim());
}

/** One word in its place, every other byte as it was. */
function withApprovedFalse(text: string): string | null {
  const gate = parseGate(text);
  if (!gate.ok) return null;
  const pair = gate.delivery.items.find(({ key }) => isScalar(key) && key.value === 'approved');
  if (gate.stated.approved !== true) return text;
  const range = isScalar(pair?.value) ? pair.value.range : null;
  if (!range) return null;
  const result = `${text.slice(0, range[0])}false${text.slice(range[1])}`;
  const after = parseGate(result);
  return after.ok && after.stated.approved === false ? result : null;
}
