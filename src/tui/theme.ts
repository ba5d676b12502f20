import type { ThemeName } from '../view/screen-names.js';
import type { Style } from './line.js';

/** SGR parameters by meaning; an empty text is the terminal's own look. 16 colours only. */
export type Theme = Readonly<Record<Style, string>>;

const BOLD = '1';
const DIM = '2';
const REVERSE = '7';

const DEFAULT: Theme = {
  plain: '',
  dim: DIM,
  title: BOLD,
  good: '32',
  warn: '33',
  bad: '1;31',
  key: '36',
  selected: REVERSE,
  changed: '1;4',
  alarm: '1;37;41',
};

export const THEME_OF: Readonly<Record<ThemeName, Theme>> = {
  default: DEFAULT,
  contrast: { ...DEFAULT, dim: '', good: '1;92', warn: '1;93', bad: '1;97;41', key: '1;96' },
  // Weight and inversion only; words and marks say the rest everywhere.
  mono: {
    plain: '',
    dim: DIM,
    title: BOLD,
    good: '',
    warn: BOLD,
    bad: '1;4',
    key: BOLD,
    selected: REVERSE,
    changed: '4',
    alarm: '1;7',
  },
  // Blue and orange-like yellow keep apart in every common form of colour blindness; red and green do not.
  'colour-blind': { ...DEFAULT, good: '94', warn: '33', bad: '1;33;44', alarm: '1;30;43' },
};
