import stringWidth from 'string-width';
import { plainText } from '../../view/plain-text.js';

/** Text as it may go to the terminal, and how much room it takes there. */
export interface ScreenText {
  readonly text: string;
  readonly cells: number;
  /** Every terminal gives each of its code units one cell. */
  readonly isSure: boolean;
}

/** No row of a terminal holds more; what comes behind is not looked at. */
const CHARS_MAX = 4096;
/** More code units than any character has that somebody reads; marks can be piled up without end. */
const GRAPHEME_CHARS_MAX = 16;
const CACHED_TEXTS_MAX = 4096;
const CACHED_CHARS_MAX = 256;

const ASCII = /^[ -~]*$/;
/** One code unit, one cell, in every terminal: letters, dashes, arrows, boxes, blocks, braille, marks. */
const SURE =
  /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2212\u2248\u2260\u2264\u2265\u23ce\u2500-\u25fc\u2605\u2606\u2665\u2713\u2714\u2716-\u2718\u2800-\u28ff]*$/;
/**
 * Draws nothing, or takes the character behind it into itself: it would hide what a text says, or
 * change it by what stands beside it.
 */
const HIDDEN =
  /(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point}|\p{Cf}|[\u0d4e\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a3a}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
const cache = new Map<string, ScreenText>();

/** Gives the same for its own result. */
export function screenText(text: string): ScreenText {
  if (text.length <= CHARS_MAX && SURE.test(text)) {
    return { text, cells: text.length, isSure: true };
  }
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  const measured = measure(shortened(text));
  if (text.length <= CACHED_CHARS_MAX) {
    if (cache.size >= CACHED_TEXTS_MAX) cache.clear();
    cache.set(text, measured);
  }
  return measured;
}

export function textCells(text: string): number {
  return screenText(text).cells;
}

export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** Of a text that went through `screenText`. */
export function* graphemes(text: string): Generator<ScreenText> {
  for (const { segment } of SEGMENTER.segment(text)) {
    yield { text: segment, cells: stringWidth(segment), isSure: SURE.test(segment) };
  }
}

function shortened(text: string): string {
  if (text.length <= CHARS_MAX) return text;
  const head = text.slice(0, CHARS_MAX - 1);
  return `${head.replace(/[\ud800-\udbff]$/, '')}…`;
}

function measure(text: string): ScreenText {
  const plain = plainText(text);
  if (SURE.test(plain)) return { text: plain, cells: plain.length, isSure: true };
  const shown = Array.from(SEGMENTER.segment(plain), ({ segment }) => shownGrapheme(segment));
  const whole = shown.join('');
  return { text: whole, cells: stringWidth(whole), isSure: SURE.test(whole) };
}

function shownGrapheme(segment: string): string {
  if (segment.length > GRAPHEME_CHARS_MAX) return '\ufffd';
  if (!HIDDEN.test(segment) && stringWidth(segment) > 0) return segment;
  return Array.from(segment, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  }).join('');
}
