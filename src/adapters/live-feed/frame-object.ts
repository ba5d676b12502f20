import {
  EXACT_JSON_LIMITS,
  isExactObject,
  readExactJson,
  type ExactJson,
  type ExactObject,
} from '../../engine/domain/exact-json.js';

/** The longest text that a venue sends is a book of 5,000 levels on each side: some 350 kB. */
const FRAME_LIMITS = { ...EXACT_JSON_LIMITS, charsMax: 1024 * 1024, depthMax: 20 };
const EXCERPT_CHARS_MAX = 80;
/** Controls, overrides of direction, separators of lines: JSON leaves most of them as they are. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

export type FrameObject =
  | { readonly ok: true; readonly members: ExactObject }
  | { readonly ok: false; readonly why: string };

/** A text frame as one JSON object. Never throws. */
export function readFrameObject(text: string): FrameObject {
  const read = readExactJson(text, FRAME_LIMITS);
  if (!read.ok) return { ok: false, why: `no JSON (${read.fault.what}): ${excerpt(text)}` };
  if (!isExactObject(read.value)) return { ok: false, why: `no JSON object: ${excerpt(text)}` };
  return { ok: true, members: read.value };
}

/** The venue's words in few characters, quoted, with what can't be printed escaped. */
export function excerpt(text: string): string {
  const short = text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
  return JSON.stringify(short).replace(UNPRINTABLE, (sign) => {
    return `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** '' where there is no text. */
export function textMember(value: ExactJson | undefined): string {
  return typeof value === 'string' ? value : '';
}
