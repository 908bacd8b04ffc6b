/**
 * Sample weighting: curves count for more than straight road (docs/pipeline.md §2).
 *
 *     w = exp(curve_factor·|y|)
 */

/**
 * @param labels - y, curvature × label scale
 * @param curveFactor - ≥ 0; 0 weighs all alike
 * @returns w of every label
 */
export function sampleWeights(labels: Float32Array, curveFactor: number): Float32Array {
  return labels.map((y) => Math.exp(curveFactor * Math.abs(y)));
}
