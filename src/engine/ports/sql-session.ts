export type SqlRow = Readonly<Record<string, unknown>>;

/** One database connection, whoever opened it: session locks and transactions belong to it. */
export interface SqlSession {
  /** Rejects with the driver's own error. Without values several statements may be given. */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly SqlRow[] }>;
}
