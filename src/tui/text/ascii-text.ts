import { graphemes, isAscii, screenText } from './screen-text.js';

/** For terminals and fonts that know ASCII only. Takes the same number of cells. */
export function asciiText(text: string): string {
  if (isAscii(text)) return text;
  const shown = screenText(text);
  // Box lines and charts fill the screen: no need to look for characters of several code units.
  if (shown.isSure) return shown.text.replace(/[^ -~]/g, (one) => standIn(one) || '?');
  let ascii = '';
  for (const { text: one, cells } of graphemes(shown.text)) {
    ascii += isAscii(one) ? one : standIn(one).padEnd(cells, '?').slice(0, cells);
  }
  return ascii;
}

/** Groups of characters and what stands for each, in their order. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['▁▂▃▄▅▆▇█', '_.-=+*%#'],
  ['▀▉▊▋▌▍▎▏▐░▒▓', '"###||||#.:%'],
  ['─━┄┅┈┉╌╍╴╶╸╺╼╾═', '--------------='],
  ['│┃┆┇┊┋╎╏╵╷╹╻╽╿║', '|||||||||||||||'],
  ['╱╲╳', '/\\X'],
  ['●○◌■□◆◇★☆•·', '*oo#o*o**...'],
  ['▲△▼▽▾▴▶▷►▸◀◁◄◂', '!!vvv^>>>><<<<'],
  ['✓✔✖✗✘♥♡', 'vvXXX*.'],
  ['←→↑↓↔↕⇐⇒⏎↵', '<>^v-|<><<'],
  ['‐‑‒–—―−', '-------'],
  ['‘’‚“”„«»‹›', '\'\',"""<><>'],
  ['…×÷±≈≠≤≥°µ¦', '~x/~~!<>ou|'],
  ['\u00a0', ' '],
];

const STAND_INS: ReadonlyMap<string, string> = new Map(
  PAIRS.flatMap(([from, to]) => Array.from(from, (one, at) => [one, to.charAt(at)] as const)),
);

function standIn(one: string): string {
  const known = STAND_INS.get(one);
  if (known !== undefined) return known;
  const code = one.codePointAt(0) ?? 0;
  if (code >= 0x2500 && code <= 0x257f) return '+';
  if (code >= 0x2580 && code <= 0x259f) return '#';
  if (code >= 0x2800 && code <= 0x28ff) return brailleStandIn(code - 0x2800);
  // A letter without its marks; numbers are left out, since half of "½" would be another number.
  const [base = ''] = /^\p{L}\p{M}*$/u.test(one) ? one.normalize('NFD') : '';
  return isAscii(base) ? base : '';
}

/** Dots of each row of a braille character, from the top. */
const BRAILLE_ROWS = [0x09, 0x12, 0x24, 0xc0] as const;

/** As high as its highest dot. */
function brailleStandIn(dots: number): string {
  const row = BRAILLE_ROWS.findIndex((mask) => (dots & mask) !== 0);
  return row === -1 ? ' ' : "'-._".charAt(row);
}
