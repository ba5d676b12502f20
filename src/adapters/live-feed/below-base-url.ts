/** The base URL of the configuration may end with a slash or not. `path` begins with one. */
export function belowBaseUrl(baseUrl: string, path: string): string {
  return `${baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl}${path}`;
}
