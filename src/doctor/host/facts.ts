export interface HostFacts {
  readonly host: Host;
}

export interface Host {
  readonly name: string;
  readonly upMs: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly loadPerCore: number;
  readonly disks: readonly Disk[];
}

/** One file system that something of ours is on. */
export interface Disk {
  /** The directory that was looked at. */
  readonly path: string;
  /** Null: it could not be told, which is not "enough". */
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
}
