import fc from 'fast-check';

/** What a wire may carry: every script, every control, piled up marks, emoji, sequences for terminals. */
export const foreignText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        ...['\u001b[2J', '\u001b]0;x\u0007', '\u009b3J', '\u202e', '\u200d', '\ud800', '\r\n'],
        ...['日本', '한국', '👩🏽‍🚀', '🇩🇪', '1️⃣', '❤️', 'e\u0301', '\u0301', '\u00ad', '\u0d4e'],
        ...['│', '─', '█', '⣿', '…', '●', '\u{e0041}', '\u1100\u1161', '\u3164', 'नि', 'ﾞ'],
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
