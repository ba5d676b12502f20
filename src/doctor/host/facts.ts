export interface HostFacts {
  readonly host: Host;
}

export interface Host {
  readonly name: string;
  readonly upMs: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  /** Of the last five minutes. */
  readonly loadPerCore: number;
  readonly disks: readonly Disk[];
  /** The system asks for a restart, as after an update. Absent: it does not say. */
  readonly rebootPending?: boolean;
}

/** One file system that something of ours is on. */
export interface Disk {
  /** The directory that was looked at. */
  readonly path: string;
  /** Null: it could not be told, which is not "enough". */
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
}
