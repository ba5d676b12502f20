/** The views, in the order of their keys 1 to 9. */
export const VIEWS = [
  'home',
  'streams',
  'blocks',
  'fills',
  'stages',
  'doctor',
  'control',
  'audit',
  'logs',
] as const;
export type ViewName = (typeof VIEWS)[number];

export const THEMES = ['default', 'contrast', 'mono', 'colour-blind'] as const;
export type ThemeName = (typeof THEMES)[number];
