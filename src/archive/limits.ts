/** What inflating may come to. Each reader has its own values, and its own code for what is beyond them. */
export interface InflateLimits {
  /** Inflated bytes together. */
  readonly inflatedBytes: number;
  /** Inflated bytes for each compressed one, counted from `ratioFloor` on. Deflate itself ends at 1,032. */
  readonly ratio: number;
  /** Inflated bytes up to which any ratio will do. */
  readonly ratioFloor: number;
}

/** Whether so many bytes from so few are a bomb's. */
export function exceedsRatio(
  inflated: number,
  compressed: number,
  { ratio, ratioFloor }: InflateLimits,
): boolean {
  return inflated > ratioFloor && inflated > compressed * ratio;
}
