/**
 * C0 and C1 controls, bidirectional overrides, zero-width and line separators: everything by which
 * text from outside could move the cursor, recolour the screen or hide what it says.
 */
export const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The one door between text that somebody else wrote and a terminal; what it hides is shown. */
export function plainText(text: string): string {
  return text.replace(UNPRINTABLE, escaped).replace(LONE_SURROGATE, escaped);
}

/** As `plainText`, cut to `lengthMax` characters with a mark where something is missing. */
export function plainCell(text: string, lengthMax: number): string {
  const plain = plainText(text);
  const characters = Array.from(plain);
  return characters.length <= lengthMax ? plain : `${characters.slice(0, lengthMax - 1).join('')}…`;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}
