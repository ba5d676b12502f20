/** The text of an answer, no further than behind `bytesMax`. */
export async function boundedBody({ body }: Response, bytesMax: number): Promise<string> {
  if (body === null) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > bytesMax) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
