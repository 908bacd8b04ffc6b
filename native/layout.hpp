// Where the numbers of a map lie in memory, for a block of LANES frames.
#pragma once
#include "lanes.hpp"
#include "layers.hpp"

namespace ncp {

constexpr int ceilDiv(int a, int b) { return (a + b - 1) / b; }
constexpr int atLeast0(int n) { return n > 0 ? n : 0; }

/// [row][group of channels][x mod STRIDE][x div STRIDE], rows and columns counted with margins of zeros around the map:
/// the columns that a window of that stride meets one after the other are neighbours.
template <int GROUPS_, int HEIGHT_, int WIDTH_, int TOP_, int BOTTOM_, int LEFT_, int RIGHT_, int STRIDE_> struct Layout {
  static constexpr int GROUPS = GROUPS_, HEIGHT = HEIGHT_, WIDTH = WIDTH_, TOP = TOP_, LEFT = LEFT_, STRIDE = STRIDE_;
  static constexpr int ROWS = HEIGHT + TOP_ + BOTTOM_, PHASE = ceilDiv(WIDTH + LEFT_ + RIGHT_, STRIDE);
  static constexpr size_t PLANE = (size_t)STRIDE * PHASE, ROW = GROUPS * PLANE, SIZE = ROWS * ROW;
  /// Place in a plane of column x of the map.
  static constexpr size_t column(int x) { return (size_t)((x + LEFT) % STRIDE) * PHASE + (x + LEFT) / STRIDE; }
};

/// The layouts around layer N of a stack.
template <const Layer* STACK, int N, class Number> struct Around {
  static constexpr Layer LAYER = STACK[N];
  static constexpr int SIZE = LAYER.size, STRIDE = LAYER.stride;

  /// Its input, with the margins that its windows reach into.
  using Input = Layout<ceilDiv(LAYER.channels, Number::GROUP), LAYER.height, LAYER.width, //
                       LAYER.top, atLeast0((LAYER.outHeight - 1) * STRIDE + SIZE - LAYER.top - LAYER.height), //
                       LAYER.left, atLeast0((LAYER.outWidth - 1) * STRIDE + SIZE - LAYER.left - LAYER.width), STRIDE>;

  // The input gradient is a convolution with stride 1 over the gradient of the outputs, for every remainder of row and
  // column by the stride another (convolution.hpp); TAPS rows and columns of the kernel at most belong to one.
  static constexpr int TAPS = ceilDiv(SIZE, STRIDE);

  /// The gradient before its ReLU, with the margins that those windows reach into.
  using Gradient = Layout<ceilDiv(LAYER.filters, Number::GROUP), LAYER.outHeight, LAYER.outWidth, //
                          atLeast0(TAPS - 1 - LAYER.top / STRIDE),
                          atLeast0((LAYER.height - 1 + LAYER.top) / STRIDE - (LAYER.outHeight - 1)), //
                          atLeast0(TAPS - 1 - LAYER.left / STRIDE),
                          atLeast0((LAYER.width - 1 + LAYER.left) / STRIDE - (LAYER.outWidth - 1)), 1>;
};

} // namespace ncp
