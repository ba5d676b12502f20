/** FNV-1a over UTF-16 code units: 32 bits, the same in every process and version. */
export function textHash(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01_00_01_93) >>> 0;
  }
  return hash;
}
