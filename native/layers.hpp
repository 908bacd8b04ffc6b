// The layers of src/models/convolution.ts; src/backend/native/variants.test.ts holds them together.
#pragma once

namespace ncp {

/// A convolution with bias and ReLU: [height,width,channels] → [outHeight,outWidth,filters].
struct Layer {
  int channels, height, width, filters, size, stride;
  /// Rows above and columns left of the input that count as 0.
  int top, left;
  int outHeight, outWidth;
};

constexpr int LAYERS = 5;

inline constexpr Layer HEAD_LAYERS[LAYERS] = {
  {3, 78, 200, 24, 5, 2, 1, 1, 39, 100},
  {24, 39, 100, 36, 5, 2, 2, 1, 20, 50},
  {36, 20, 50, 48, 3, 2, 0, 0, 10, 25},
  {48, 10, 25, 64, 3, 1, 1, 1, 10, 25},
  {64, 10, 25, 8, 3, 1, 1, 1, 10, 25},
};

inline constexpr Layer CNN_LAYERS[LAYERS] = {
  {3, 78, 200, 24, 5, 2, 0, 0, 37, 98},
  {24, 37, 98, 36, 5, 2, 0, 0, 17, 47},
  {36, 17, 47, 48, 3, 2, 0, 0, 8, 23},
  {48, 8, 23, 64, 3, 1, 0, 0, 6, 21},
  {64, 6, 21, 64, 3, 1, 0, 0, 4, 19},
};

} // namespace ncp
