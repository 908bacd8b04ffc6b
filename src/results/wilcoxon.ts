/**
 * Wilcoxon's signed-rank test, two-sided and exact for any number of pairs: no normal approximation, which a handful of
 * folds would not bear.
 *
 * Differences of 0 are left out (Wilcoxon's own rule), equal ones share the mean of their ranks. Under the null hypothesis
 * every rank bears either sign with probability ½; p is the share of the 2ⁿ sign patterns whose W is at least as far from
 * the middle as the one seen. They are counted by sums, not one by one: the patterns of n + 1 ranks follow from those of n.
 */
export interface SignedRank {
  /** The smaller of the rank sums of positive and of negative differences. */
  readonly W: number;
  /** Two-sided; 1 if no difference is left. */
  readonly p: number;
  /** Differences that are not 0. */
  readonly n: number;
}

export function signedRank(differences: readonly number[]): SignedRank {
  const nonzero = differences.filter((difference) => difference !== 0);
  const n = nonzero.length;
  const doubled = doubledRanks(nonzero.map(Math.abs));
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const positive = doubled.reduce((sum, rank, i) => sum + (nonzero[i] > 0 ? rank : 0), 0);
  const smaller = Math.min(positive, total - positive);
  const shares = sumShares(doubled, total);
  let below = 0;
  for (let sum = 0; sum <= smaller; sum++) below += shares[sum];
  return { W: smaller / 2, p: Math.min(1, 2 * below), n };
}

/** Twice the ranks 1..n, which shared ranks leave whole numbers. */
function doubledRanks(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const equal = sizes.filter((other) => other === size).length;
    return 2 * below + equal + 1;
  });
}

/** Share of the sign patterns in which the positive ranks have this sum, [total + 1]. */
function sumShares(doubled: readonly number[], total: number): Float64Array {
  let shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const rank of doubled) {
    const next = new Float64Array(total + 1);
    for (let sum = 0; sum <= total; sum++) {
      next[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0));
    }
    shares = next;
  }
  return shares;
}
