import type { SoakMember } from '../../../../src/doctor/soak/restart-class.js';

export function member(name: string, upMs: number | null): SoakMember {
  return {
    name,
    upMs,
    isRunning: true,
    says: upMs === null ? 'Up' : `Up ${Math.round(upMs / 1_000)} seconds (healthy)`,
    isOomKilled: false,
    cpuPercent: 2,
    memoryPercent: 10,
  };
}
