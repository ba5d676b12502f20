import type { Line } from '../../line.js';
import type { Scene } from '../scene.js';
import { confirmOverlay } from './confirm-overlay.js';
import { helpOverlay } from './help-overlay.js';
import { killAskOverlay, killProgressOverlay } from './kill-overlays.js';
import { menuOverlay } from './menu-overlay.js';
import { textOverlay } from './text-overlay.js';

/** What lies over the view, if anything does. */
export function drawOverlay(scene: Scene, below: readonly Line[]): readonly Line[] {
  const { overlay } = scene.ui;
  if (overlay === null) return below;
  switch (overlay.kind) {
    case 'help':
      return helpOverlay(scene, below, overlay);
    case 'kill ask':
      return killAskOverlay(scene, below);
    case 'kill':
      return killProgressOverlay(scene, below, overlay);
    case 'text':
      return textOverlay(scene, below, overlay);
    case 'menu':
      return menuOverlay(scene, below, overlay);
    case 'confirm':
      return confirmOverlay(scene, below, overlay);
  }
}
