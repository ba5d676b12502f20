import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';
import type { ThemeName, ViewName } from '../../view/screen-names.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';

/** How the screen begins. */
export interface ScreenPlan {
  readonly view: ViewName;
  readonly intervalMs: number;
  readonly theme: ThemeName;
  readonly isAscii: boolean;
  readonly hasControl: boolean;
  readonly isReplay: boolean;
  /** File to keep what is shown in. */
  readonly record: string | null;
}

export interface ScreenCall {
  readonly options: ParsedOptions;
  readonly io: CommandIo;
  readonly services: Services;
}

/** A screen that was quit. */
export interface LeftScreen {
  /** Of the process. */
  readonly status: number;
  /** What it showed last. */
  readonly board: Board;
}

export interface DashboardServices {
  /** Opens without waiting for any place; what can't be reached says so on the board. */
  boardSource(
    options: ParsedOptions,
    io: CommandIo,
    plan: { readonly intervalMs: number },
  ): Promise<BoardSource>;
  /** @throws OperatorError for a file that is no recording */
  recordedBoards(path: string, io: CommandIo): Promise<BoardSource>;
  /**
   * Takes the terminal until it is quit.
   * @param open is called once there is a first frame
   * @throws OperatorError as `open` does, when the terminal is as it was
   */
  runDashboard(
    open: () => Promise<BoardSource>,
    plan: ScreenPlan,
    call: ScreenCall,
  ): Promise<LeftScreen>;
  /** One screen, without colours; lines end with "\n". */
  screenText(source: BoardSource, plan: ScreenPlan, io: CommandIo): Promise<string>;
}
