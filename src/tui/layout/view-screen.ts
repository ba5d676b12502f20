import type { Line } from '../line.js';
import type { ViewName } from '../../view/screen-names.js';
import type { ListName } from '../ui-state.js';
import { bannerLine, secondLine } from './banner.js';
import { controlFacts } from './control-facts.js';
import { findingDetail } from './finding-detail.js';
import { keyLine, statusLine } from './foot-lines.js';
import { fillsFoot, patternLines, stagesHead, streamsFoot } from './home-panels.js';
import { latencyPanel } from './latency-panel.js';
import { listPanel } from './list-panel.js';
import type { Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { shareRows, type RowShare } from './share-rows.js';
import { beside } from './spans.js';
import { focusedList } from './view-lists.js';

interface Block extends RowShare {
  /** The list in it that has the row keys, if any. */
  readonly list: ListName | null;
  readonly draw: (box: Box) => readonly Line[];
}

/** Engines and latencies stand side by side from here on. */
const WIDE_COLUMNS = 110;
const LATENCY_COLUMNS = 40;

/** One view on the whole screen. */
export function viewScreen(scene: Scene): readonly Line[] {
  const { columns, rows } = scene.frame.size;
  const head = [bannerLine(scene), secondLine(scene)];
  const foot = [statusLine(scene), keyLine(scene)];
  const room = rows - head.length - foot.length;
  const blocks = shownBlocks(scene, room);
  const heights = shareRows(room, blocks);
  const body = blocks.flatMap((block, at) => block.draw({ columns, rows: heights[at] ?? 0 }));
  return [...head, ...body, ...foot];
}

/** All of them, or the one with the row keys where there is no room for all. */
function shownBlocks(scene: Scene, room: number): readonly Block[] {
  const { view, focus } = scene.ui;
  const blocks = blocksOf(scene)[view]();
  if (blocks.reduce((sum, { rowsMin }) => sum + rowsMin, 0) <= room) return blocks;
  const list = focusedList(view, focus);
  const focused = blocks.filter((block) => block.list === list);
  return focused.length > 0 ? focused : blocks.slice(0, 1);
}

function blocksOf(scene: Scene): Readonly<Record<ViewName, () => readonly Block[]>> {
  const { columns } = scene.frame.size;
  const single =
    (list: ListName): (() => readonly Block[]) =>
    () => [{ list, rowsMin: 3, weight: 1, draw: (box) => listPanel(scene, { list, ...box }) }];
  return {
    home: single('streams'),
    streams: () => [
      {
        ...{ list: 'streams', rowsMin: 3, weight: 1 },
        draw: (box) => listPanel(scene, { list: 'streams', ...box, foot: streamsFoot(scene) }),
      },
    ],
    blocks: () => blockBlocks(scene),
    fills: () => fillBlocks(scene),
    stages: () => stageBlocks(scene),
    doctor: () => doctorBlocks(scene),
    control: () => {
      const head = controlFacts(scene, columns);
      return [
        {
          ...{ list: 'control', rowsMin: 3, weight: 1 },
          draw: (box) => listPanel(scene, { list: 'control', ...box, head }),
        },
      ];
    },
    audit: single('audit'),
    logs: single('logs'),
  };
}

function blockBlocks(scene: Scene): readonly Block[] {
  const foot = patternLines(scene, scene.frame.size.columns);
  const codes = scene.board.blocks.value?.codes.length ?? 0;
  return [
    {
      ...{ list: 'codes', rowsMin: 4 + Math.min(5, codes + foot.length), weight: 1 },
      draw: (box) => listPanel(scene, { list: 'codes', ...box, foot }),
    },
    {
      ...{ list: 'blocks', rowsMin: 6, weight: 3 },
      draw: (box) => listPanel(scene, { list: 'blocks', ...box }),
    },
  ];
}

function fillBlocks(scene: Scene): readonly Block[] {
  const foot = fillsFoot(scene, scene.frame.size.columns);
  return [
    {
      ...{ list: 'fills', rowsMin: 6, weight: 3 },
      draw: (box) => listPanel(scene, { list: 'fills', ...box, foot }),
    },
    {
      ...{ list: 'orders', rowsMin: 6, weight: 2 },
      draw: (box) => listPanel(scene, { list: 'orders', ...box }),
    },
  ];
}

function stageBlocks(scene: Scene): readonly Block[] {
  const stages: Block = {
    ...{ list: 'stages', rowsMin: 7, weight: 2 },
    draw: (box) => listPanel(scene, { list: 'stages', ...box, head: stagesHead(scene) }),
  };
  const engines = (box: Box) => listPanel(scene, { list: 'engines', ...box });
  const latencies = (box: Box) => latencyPanel(scene, box);
  if (scene.frame.size.columns < WIDE_COLUMNS) {
    return [
      stages,
      { list: 'engines', rowsMin: 5, weight: 1, draw: engines },
      { list: null, rowsMin: 6, weight: 1, draw: latencies },
    ];
  }
  const sideBySide = ({ columns, rows }: Box) =>
    beside(
      engines({ columns: columns - LATENCY_COLUMNS, rows }),
      latencies({ columns: LATENCY_COLUMNS, rows }),
    );
  return [stages, { list: 'engines', rowsMin: 8, weight: 2, draw: sideBySide }];
}

function doctorBlocks(scene: Scene): readonly Block[] {
  return [
    {
      ...{ list: 'findings', rowsMin: 5, weight: 4 },
      draw: (box) => listPanel(scene, { list: 'findings', ...box }),
    },
    { list: null, rowsMin: 7, weight: 1, draw: (box) => findingDetail(scene, box) },
  ];
}
