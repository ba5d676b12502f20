/** One line of CLIENT LIST, as far as it is of interest. */
export interface ListedClient {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly subscriptions: number;
  readonly waitingBytes: number;
}

/** The answer of CLIENT LIST; what is no client in it is left out. */
export function readClientList(reply: unknown): readonly ListedClient[] {
  return String(reply)
    .split('\n')
    .map((line) => new Map(line.split(' ').map(memberOf)))
    .filter((members) => members.has('id'))
    .map((members) => ({
      id: members.get('id') ?? '',
      name: members.get('name') ?? '',
      address: members.get('addr') ?? '',
      subscriptions: numberOf(members.get('sub')) + numberOf(members.get('psub')),
      waitingBytes: numberOf(members.get('omem')),
    }));
}

function memberOf(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

function numberOf(digits: string | undefined): number {
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : 0;
}
