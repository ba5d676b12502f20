import { excerpt, readFrameObject } from '../live-feed/frame-object.js';
import type { StreamMessage } from '../live-feed/venue-stream.js';
import { symbolOfChannel } from './channel.js';

/** `code` is 0 for success and for refusal: the words of `msg` are all there is to tell them apart. */
const ACCEPTED = /(?<!Not )Subscribed successful(?:ly)?!\s*\[([^\]]*)\]/;
const REJECTED = /Not Subscribed successful(?:ly)?!\s*\[([^\]]*)\]/;
const REASON = /Reason\s*[:：]\s*(\S.*)$/su;
const CHANNEL_NAMES = /^spot@[^,\s]+(?:\s*,\s*spot@[^,\s]+)*$/;

/** A text frame of MEXC: an answer to a subscription, or a pong. Data come in binary frames. */
export function readControlText(text: string): StreamMessage {
  if (text === '') return { kind: 'nothing' };
  const read = readFrameObject(text);
  if (!read.ok) return { kind: 'unreadable', why: read.why };
  const msg = read.members.get('msg');
  if (typeof msg !== 'string') return { kind: 'unreadable', why: `no "msg": ${excerpt(text)}` };
  if (msg === 'PONG') return { kind: 'pong' };
  return answer(msg, (read.members.get('code') ?? 0n) === 0n);
}

function answer(msg: string, isCodeZero: boolean): StreamMessage {
  const named = CHANNEL_NAMES.test(msg.trim()) ? symbolsOf(msg) : null;
  const listed = symbolsOf(ACCEPTED.exec(msg)?.[1] ?? '');
  const refused = symbolsOf(REJECTED.exec(msg)?.[1] ?? '');
  const accepted = named ?? listed;
  // An error code or a second mention counts against the channel: better no trades than a
  // subscription that is believed and silent.
  const rejected = new Set(isCodeZero ? refused : [...refused, ...accepted]);
  return {
    kind: 'answered',
    accepted: accepted.filter((symbol) => !rejected.has(symbol)),
    rejected: [...rejected],
    // The list of channels may be long, and each of them is told the same.
    why: excerpt((REASON.exec(msg)?.[1] ?? msg).trim()),
  };
}

function symbolsOf(channels: string): readonly string[] {
  const symbols = channels.split(',').map((channel) => symbolOfChannel(channel.trim()));
  return symbols.filter((symbol) => symbol !== '');
}
