/** @returns the system's code (`ENOSPC`), empty when the fault has none */
export function errnoOf(fault: unknown): string {
  const code: unknown = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  return typeof code === 'string' ? code : '';
}
