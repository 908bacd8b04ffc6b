/**
 * The structural similarity of two maps (Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
 * Similarity", IEEE Transactions on Image Processing 13 (2004)): the mean over all places of
 *
 *     (2·μx·μy + C1)·(2·σxy + C2) / ((μx² + μy² + C1)·(σx² + σy² + C2))
 *
 * with means, variances and covariance in a Gaussian window of 11×11 with σ = 1.5, C1 = (0.01·L)², C2 = (0.03·L)², L = 1 for maps in
 * 0..1. Places whose window would reach over the edge are left out, as in the authors' own program. Equal to scikit-image's
 * `structural_similarity(x, y, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1)`.
 */
const RADIUS = 5;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

const WINDOW = (() => {
  const taps = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
})();

/**
 * @param x - [height,width], 0..1
 * @param y - the same shape
 * @returns −1..1; 1 for equal maps
 * @throws RangeError for maps that the window does not fit into, or of different sizes
 */
export function structuralSimilarity(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  height: number,
  width: number,
): number {
  if (height <= 2 * RADIUS || width <= 2 * RADIUS) {
    throw new RangeError(
      `a map of ${height}×${width} is smaller than the window of ${2 * RADIUS + 1}×${2 * RADIUS + 1}`,
    );
  }
  if (x.length !== height * width || y.length !== x.length) {
    throw new RangeError(`maps of ${x.length} and ${y.length} numbers, expected ${height}×${width}`);
  }
  const of = (value: (i: number) => number) =>
    windowed(
      Float64Array.from({ length: x.length }, (_, i) => value(i)),
      height,
      width,
    );
  const meanX = of((i) => x[i]);
  const meanY = of((i) => y[i]);
  const squareX = of((i) => x[i] * x[i]);
  const squareY = of((i) => y[i] * y[i]);
  const productXY = of((i) => x[i] * y[i]);
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i], meanY[i]];
    const varianceX = squareX[i] - mx * mx;
    const varianceY = squareY[i] - my * my;
    const covariance = productXY[i] - mx * my;
    sum +=
      ((2 * mx * my + C1) * (2 * covariance + C2)) /
      ((mx * mx + my * my + C1) * (varianceX + varianceY + C2));
  }
  return sum / meanX.length;
}

/** Weighted means in the window at every place where it fits: [height − 10, width − 10]. Rows first, then columns. */
function windowed(values: Float64Array, height: number, width: number): Float64Array {
  const columns = width - 2 * RADIUS;
  const rows = height - 2 * RADIUS;
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k] * values[y * width + x + k];
      across[y * columns + x] = sum;
    }
  }
  const result = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < WINDOW.length; k++) sum += WINDOW[k] * across[(y + k) * columns + x];
      result[y * columns + x] = sum;
    }
  }
  return result;
}
