/** On this machine, without asking a name server. */
export function isNear(place: string): boolean {
  if (!URL.canParse(place)) return false;
  const { hostname } = new URL(place);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
