/** What the menu of `--control` offers: whole commands, which are shown before they are run. */
export interface ControlMenuItem {
  readonly label: string;
  readonly argv: readonly string[];
}

/** Nothing here gives more than it takes: what allows trading again is asked for on the command line. */
export const CONTROL_MENU: readonly ControlMenuItem[] = [
  { label: 'reduce: exits only', argv: ['kill-switch', 'engage', '--level', 'reduce'] },
  { label: 'mode shadow: send nothing', argv: ['mode', 'set', 'shadow'] },
  { label: 'mode paper: simulated venue', argv: ['mode', 'set', 'paper'] },
  { label: 'canary: route no further entry', argv: ['canary', 'hold'] },
  { label: 'canary: back to shadow', argv: ['canary', 'rollback'] },
  { label: 'doctor: run every check', argv: ['doctor'] },
];
