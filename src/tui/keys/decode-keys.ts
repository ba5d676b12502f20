import { plainText } from '../../view/plain-text.js';
import type { TerminalInput } from './key-press.js';
import { controlKey, finalKey, ss3Key } from './key-sequences.js';

export interface KeyDecoderPorts {
  readonly onInput: (input: TerminalInput) => void;
  /** @returns the function that takes the call back */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** A terminal sends a sequence at once, and a person needs longer for the next key. */
const ESCAPE_WAIT_MS = 30;
/** The rest of a sequence may come in a packet of its own; after that it does not come. */
const SEQUENCE_WAIT_MS = 200;
/** No keys work inside a paste, so one that lost its end must not last. */
const PASTE_WAIT_MS = 2_000;
export const PASTE_BYTES_MAX = 64 * 1024;
const PARAMETER_CHARS_MAX = 64;
const ESCAPES_MAX = 8;

const ESC = 0x1b;
const PASTE_END = Buffer.from('\u001b[201~');
/** OSC, DCS, APC, PM, SOS: answers of a terminal, up to BEL or ST. */
const STRING_STARTS: ReadonlySet<number> = new Set([0x5d, 0x50, 0x5f, 0x5e, 0x58]);
const C1_OFFSET = 0x40;

type State =
  | { readonly at: 'ground' }
  /** The escape key was told; a sequence whose first byte came first may still follow. */
  | { readonly at: 'late' }
  | { readonly at: 'escape'; readonly count: number }
  | {
      readonly at: 'csi' | 'ss3';
      parameters: string;
      readonly typed: string;
      readonly isAlt: boolean;
    }
  | { readonly at: 'string'; sawEscape: boolean }
  | { readonly at: 'swallow'; left: number }
  | { readonly at: 'utf8'; readonly bytes: number[]; readonly length: number }
  | { readonly at: 'paste'; readonly bytes: number[]; length: number; matched: number };
type Sequence = Extract<State, { at: 'csi' | 'ss3' }>;

const GROUND: State = { at: 'ground' };

const WAIT_MS: Readonly<Record<Exclude<State['at'], 'ground'>, number>> = {
  escape: ESCAPE_WAIT_MS,
  late: SEQUENCE_WAIT_MS,
  csi: SEQUENCE_WAIT_MS,
  ss3: SEQUENCE_WAIT_MS,
  string: SEQUENCE_WAIT_MS,
  swallow: SEQUENCE_WAIT_MS,
  utf8: SEQUENCE_WAIT_MS,
  paste: PASTE_WAIT_MS,
};

/**
 * Bytes of a terminal to keys and pastes. A sequence presses one key or none, and never the keys that
 * its bytes would be by themselves, however it is cut into chunks.
 */
export class KeyDecoder {
  readonly #ports: KeyDecoderPorts;
  #state: State = GROUND;
  #cancelWait: () => void = () => undefined;

  constructor(ports: KeyDecoderPorts) {
    this.#ports = ports;
  }

  feed(bytes: Uint8Array): void {
    this.#cancelWait();
    for (const byte of bytes) this.#take(byte);
    this.#wait();
  }

  /** Forgets what has begun and not ended. */
  reset(): void {
    this.#cancelWait();
    this.#state = GROUND;
  }

  #wait(): void {
    const { at } = this.#state;
    if (at === 'ground') return;
    this.#cancelWait = this.#ports.after(WAIT_MS[at], () => {
      this.#giveUp();
    });
  }

  /** Nothing more came. */
  #giveUp(): void {
    const state = this.#state;
    this.#state = GROUND;
    if (state.at === 'escape') {
      for (let n = 0; n < state.count; n += 1) this.#key('escape');
      this.#state = { at: 'late' };
      this.#wait();
    } else if (state.at === 'csi' || state.at === 'ss3') {
      if (state.parameters === '') this.#key(state.typed);
    } else if (state.at === 'paste') {
      this.#endPaste(state, state.length);
    }
  }

  #take(byte: number): void {
    const state = this.#state;
    switch (state.at) {
      case 'ground':
        this.#ground(byte);
        return;
      case 'late':
        this.#state = GROUND;
        if (byte === 0x5b) this.#begin('csi', { typed: '[' });
        else if (byte === 0x4f) this.#begin('ss3', { typed: 'O' });
        else this.#ground(byte);
        return;
      case 'escape':
        this.#afterEscape(byte, state.count);
        return;
      case 'csi':
        this.#csi(byte, state);
        return;
      case 'ss3':
        this.#ss3(byte, state);
        return;
      case 'string':
        this.#string(byte, state);
        return;
      case 'swallow':
        state.left -= 1;
        if (state.left === 0) this.#state = GROUND;
        return;
      case 'utf8':
        this.#utf8(byte, state);
        return;
      case 'paste':
        this.#paste(byte, state);
    }
  }

  #ground(byte: number): void {
    if (byte === ESC) this.#state = { at: 'escape', count: 1 };
    else if (byte < 0x20 || byte === 0x7f) this.#key(controlKey(byte));
    else if (byte < 0x7f) this.#key(byte === 0x20 ? 'space' : String.fromCharCode(byte));
    else if (byte < 0xa0) this.#control8(byte);
    else if (byte >= 0xc2 && byte <= 0xf4) {
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      this.#state = { at: 'utf8', bytes: [byte], length };
    }
  }

  /** A control of eight bits stands for escape and another byte. */
  #control8(byte: number): void {
    const second = byte - C1_OFFSET;
    if (second === 0x5b || second === 0x4f || STRING_STARTS.has(second)) {
      this.#afterEscape(second, 1);
    }
  }

  #afterEscape(byte: number, count: number): void {
    this.#state = GROUND;
    const isAlt = count > 1;
    if (byte === ESC) this.#state = { at: 'escape', count: Math.min(count + 1, ESCAPES_MAX) };
    else if (byte === 0x5b) this.#begin('csi', { typed: '', isAlt });
    else if (byte === 0x4f) this.#begin('ss3', { typed: '', isAlt });
    else if (STRING_STARTS.has(byte)) this.#state = { at: 'string', sawEscape: false };
    // A sequence of two or three bytes, or a key with Alt: no key of ours. Its text may be longer.
    else if (byte >= 0x20 && byte < 0x30) this.#state = { at: 'swallow', left: 1 };
    else if (byte >= 0xc2 && byte <= 0xf4) {
      this.#state = { at: 'swallow', left: byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3 };
    }
  }

  #begin(at: 'csi' | 'ss3', { typed, isAlt = false }: { typed: string; isAlt?: boolean }): void {
    this.#state = { at, parameters: '', typed, isAlt };
  }

  #csi(byte: number, state: Sequence): void {
    const { parameters, isAlt } = state;
    // Function keys of the Linux console: CSI [ A to E.
    if (byte === 0x5b && parameters === '') this.#state = { at: 'swallow', left: 1 };
    else if (byte >= 0x20 && byte < 0x40) this.#extend(state, byte);
    else if (byte < 0x20 || byte >= 0x7f) this.#abort(byte);
    else if (byte === 0x4d && parameters === '') this.#state = { at: 'swallow', left: 3 };
    else if (byte === 0x7e && parameters === '200') {
      this.#state = { at: 'paste', bytes: [], length: 0, matched: 0 };
    } else {
      this.#state = GROUND;
      if (!isAlt) this.#key(finalKey(parameters, String.fromCharCode(byte)));
    }
  }

  #ss3(byte: number, state: Sequence): void {
    if (byte >= 0x30 && byte < 0x3c) this.#extend(state, byte);
    else if (byte < 0x20 || byte >= 0x7f) this.#abort(byte);
    else {
      this.#state = GROUND;
      if (!state.isAlt) this.#key(ss3Key(state.parameters, String.fromCharCode(byte)));
    }
  }

  #string(byte: number, state: Extract<State, { at: 'string' }>): void {
    if (state.sawEscape && byte !== 0x5c) this.#afterEscape(byte, 1);
    else if (state.sawEscape || byte === 0x07) this.#state = GROUND;
    else state.sawEscape = byte === ESC;
  }

  #extend(state: { parameters: string }, byte: number): void {
    // What is longer is nothing we know; its end is still waited for.
    if (state.parameters.length < PARAMETER_CHARS_MAX)
      state.parameters += String.fromCharCode(byte);
  }

  /** No byte of a sequence: it was broken off, and this one stands for itself. */
  #abort(byte: number): void {
    this.#state = GROUND;
    this.#ground(byte);
  }

  #utf8(byte: number, state: Extract<State, { at: 'utf8' }>): void {
    if ((byte & 0xc0) !== 0x80) {
      this.#abort(byte);
      return;
    }
    state.bytes.push(byte);
    if (state.bytes.length < state.length) return;
    this.#state = GROUND;
    const text = Buffer.from(state.bytes).toString('utf8');
    const code = text.codePointAt(0) ?? 0;
    if (code >= 0x80 && code < 0xa0) this.#control8(code);
    else if (code !== 0xfffd && plainText(text) === text) this.#key(text);
  }

  #paste(byte: number, state: Extract<State, { at: 'paste' }>): void {
    state.length += 1;
    if (state.bytes.length < PASTE_BYTES_MAX) state.bytes.push(byte);
    if (byte === PASTE_END[state.matched]) state.matched += 1;
    else state.matched = byte === ESC ? 1 : 0;
    if (state.matched < PASTE_END.length) return;
    this.#state = GROUND;
    this.#endPaste(state, state.length - PASTE_END.length);
  }

  #endPaste({ bytes }: { readonly bytes: readonly number[] }, length: number): void {
    const text = Buffer.from(bytes.slice(0, length)).toString('utf8');
    this.#ports.onInput({ kind: 'paste', text });
  }

  #key(name: string | null): void {
    if (name !== null && name !== '') this.#ports.onInput({ kind: 'key', name });
  }
}
