import { agoText } from '../../view/age.js';
import type { StreamJson } from '../../view/streams-json.js';

export function lastText(stream: Pick<StreamJson, 'exists' | 'last_at'>, nowMs: number): string {
  if (!stream.exists) return 'never';
  return stream.last_at === null ? 'unknown' : agoText(Date.parse(stream.last_at), nowMs);
}
