// A convolution of a block of frames, a row of outputs at a time.
//
//     z[o][x] = bias[o] + Σ over ky, kx, c of kernel[ky][kx][c][o] · input[c][y·stride + ky][x·stride + kx]      (docs/pipeline.md §3)
//
// The same loop is the input gradient: the gradient of the outputs, convolved with the flipped kernel. With a stride only
// every stride-th row and column of the kernel meets a given input; those of one remainder are a convolution with stride 1.
#pragma once
#include "layout.hpp"

namespace ncp {

/// The sums that are held in registers: FILTERS × COLUMNS neighbouring outputs. GROUPS of input channels are gone through before
/// the next tile, as many as stay in the first-level cache for all filters.
struct Tile {
  int filters, columns, groups;
};

/// The largest divisor of `of` up to `limit` that is a multiple of `step`.
constexpr int divisorUpTo(int of, int limit, int step = 1) {
  for (int n = limit < of ? limit : of; n > 0; n--) {
    if (of % n == 0 && n % step == 0) return n;
  }
  return step;
}

/// Chosen by what a row costs: two products a cycle at most, two loads a cycle at most (each column of inputs and each weight
/// once a tile), and at least as many sums as hide the four cycles that a product takes.
constexpr Tile chooseTile(int rows, int columns, int stride, int groups, int filters, int width, int group) {
  Tile best{group, 1, 1};
  double least = 1e30;
  const int free = REGISTERS - 3;
  for (int tx = 1; tx <= 6; tx++) {
    const int to = divisorUpTo(filters, (free - tx) / tx, group);
    if (to * tx + tx > free) continue;
    double cost = 0;
    for (int x = 0; x < width; x += tx) {
      const int n = x + tx <= width ? tx : width - x;
      const double products = to * n * 0.5, loads = (to + n) * 0.5, latency = 4;
      const double bound = products > loads ? products : loads;
      cost += (bound > latency ? bound : latency) + 0.05 * loads;
    }
    cost *= filters / to;
    if (cost < least) {
      least = cost;
      const int bytesOfGroup = rows * ((tx - 1) * stride + columns) * LANES * 4;
      best = {to, tx, divisorUpTo(groups, 28 * 1024 / bytesOfGroup)};
    }
  }
  return best;
}

/// sums += what ROWS rows, GROUPS groups of channels and COLUMNS columns of the kernel give. Weights: [ky][group][kx][filter].
template <class Number, class Input, int ROWS, int COLUMNS, int STRIDE, int GROUPS, int TO, int TX>
INLINE void addTile(const typename Number::Cell* x, const typename Number::Weight* w, Vector (&sums)[TO][TX]) {
  for (int ky = 0; ky < ROWS; ky++) {
    const typename Number::Cell* plane = x + ky * Input::ROW;
    for (int c = 0; c < GROUPS; c++, plane += Input::PLANE) {
      UNROLL for (int kx = 0; kx < COLUMNS; kx++, w += TO) {
        const typename Number::Cell* from = plane + kx % STRIDE * Input::PHASE + kx / STRIDE;
        typename Number::Cell cells[TX];
        UNROLL for (int j = 0; j < TX; j++) cells[j] = from[j];
        UNROLL for (int i = 0; i < TO; i++) {
          UNROLL for (int j = 0; j < TX; j++) sums[i][j] = Number::multiplyAdd(sums[i][j], cells[j], w[i]);
        }
      }
    }
  }
}

/// TX neighbouring outputs of all filters. Sums wait in `pending` while other groups of channels are gone through.
template <class Number, class Input, int ROWS, int COLUMNS, int STRIDE, int GROUPS, int FILTERS, int TO, int TX, int PART, class Store>
INLINE void strip(const typename Number::Cell* x, const typename Number::Weight* w, int ox, Vector* pending, Store& store) {
  for (int part = 0; part < GROUPS / PART; part++) {
    for (int o = 0; o < FILTERS; o += TO, w += ROWS * PART * COLUMNS * TO) {
      Vector sums[TO][TX];
      if (part == 0) {
        UNROLL for (int i = 0; i < TO; i++) {
          const Vector first = store.template start<TX>(o + i, ox);
          UNROLL for (int j = 0; j < TX; j++) sums[i][j] = first;
        }
      } else {
        UNROLL for (int i = 0; i < TO; i++) UNROLL for (int j = 0; j < TX; j++) sums[i][j] = pending[(o + i) * TX + j];
      }
      addTile<Number, Input, ROWS, COLUMNS, STRIDE, PART, TO, TX>(x + part * PART * Input::PLANE + ox, w, sums);
      if (part == GROUPS / PART - 1) {
        UNROLL for (int i = 0; i < TO; i += Store::GROUP) store.template put<TX>(o + i, ox, &sums[i]);
      } else {
        UNROLL for (int i = 0; i < TO; i++) UNROLL for (int j = 0; j < TX; j++) pending[(o + i) * TX + j] = sums[i][j];
      }
    }
  }
}

/// How ROWS × COLUMNS weights of GROUPS groups of channels are convolved to WIDTH outputs.
template <class Number, class Input, int ROWS, int COLUMNS, int STRIDE, int GROUPS, int FILTERS, int WIDTH> struct Convolution {
  typedef typename Number::Cell Cell;
  typedef typename Number::Weight Weight;
  static constexpr Tile TILE = chooseTile(ROWS, COLUMNS, STRIDE, GROUPS, FILTERS, WIDTH, Number::GROUP);
  static constexpr size_t WEIGHTS = (size_t)ROWS * COLUMNS * GROUPS * FILTERS;

  /// Weights in the order in which tiles read them. `weight(ky, kx, channel, filter)`, 0 for a channel that is not there.
  template <class F> static void pack(Weight* packed, F weight) {
    for (int part = 0; part < GROUPS; part += TILE.groups) {
      for (int tile = 0; tile < FILTERS; tile += TILE.filters) {
        for (int ky = 0; ky < ROWS; ky++) {
          for (int group = part; group < part + TILE.groups; group++) {
            for (int kx = 0; kx < COLUMNS; kx++) {
              for (int o = tile; o < tile + TILE.filters; o++) {
                float ofChannels[Number::GROUP];
                for (int n = 0; n < Number::GROUP; n++) ofChannels[n] = weight(ky, kx, group * Number::GROUP + n, o);
                *packed++ = Number::weight(ofChannels);
              }
            }
          }
        }
      }
    }
  }

  /// @param x the first row of the windows, at the first column of output 0
  template <class Store> static void row(const Cell* x, const Weight* w, Store store) {
    constexpr int TX = TILE.columns, REST = WIDTH % TX;
    Vector pending[FILTERS * TX];
    for (int ox = 0; ox + TX <= WIDTH; ox += TX) {
      strip<Number, Input, ROWS, COLUMNS, STRIDE, GROUPS, FILTERS, TILE.filters, TX, TILE.groups>(x, w, ox, pending, store);
    }
    if constexpr (REST > 0) {
      strip<Number, Input, ROWS, COLUMNS, STRIDE, GROUPS, FILTERS, TILE.filters, REST, TILE.groups>(x, w, WIDTH - REST, pending, store);
    }
  }
};

// What becomes of a row of sums.

/// y = max(0, z + bias), into the next layer's input.
template <class Number, class Output> struct StoreRelu {
  static constexpr int GROUP = Number::GROUP;
  typename Number::Cell* y;
  const float* bias;
  template <int TX> INLINE Vector start(int filter, int) { return splat(bias[filter]); }
  template <int TX> INLINE void put(int filter, int ox, Vector (*sums)[TX]) {
    UNROLL for (int j = 0; j < TX; j++) {
      Vector channels[GROUP];
      UNROLL for (int n = 0; n < GROUP; n++) channels[n] = relu(sums[n][j]);
      y[filter / GROUP * Output::PLANE + Output::column(ox + j)] = Number::join(channels);
    }
  }
};

/// The same for the last layer, in float32: [filter][x].
template <int WIDTH> struct StoreMaps {
  static constexpr int GROUP = 1;
  Vector* y;
  const float* bias;
  template <int TX> INLINE Vector start(int filter, int) { return splat(bias[filter]); }
  template <int TX> INLINE void put(int filter, int ox, Vector (*sums)[TX]) {
    UNROLL for (int j = 0; j < TX; j++) y[filter * WIDTH + ox + j] = relu(sums[0][j]);
  }
};

/// dz = dy where y > 0, into the gradient of the layer below, and its sum for the gradient of the bias. Output `ox` is column
/// first + ox · STEP of that layer.
template <class Number, class Activation, class Output, int STEP> struct StoreWherePositive {
  static constexpr int GROUP = Number::GROUP;
  typename Number::Cell* dz;
  const typename Number::Cell* y;
  Vector* bias;
  int first;
  template <int TX> INLINE Vector start(int filter, int ox) {
    if (filter % GROUP == 0) {
      UNROLL for (int j = 0; j < TX; j++) __builtin_prefetch(y + filter / GROUP * Activation::PLANE + Activation::column(first + (ox + j) * STEP));
    }
    return Vector{};
  }
  template <int TX> INLINE void put(int filter, int ox, Vector (*sums)[TX]) {
    UNROLL for (int j = 0; j < TX; j++) {
      const int x = first + (ox + j) * STEP;
      Vector channels[GROUP];
      UNROLL for (int n = 0; n < GROUP; n++) channels[n] = sums[n][j];
      const auto cell = Number::where(y[filter / GROUP * Activation::PLANE + Activation::column(x)], Number::join(channels));
      dz[filter / GROUP * Output::PLANE + Output::column(x)] = cell;
      UNROLL for (int n = 0; n < GROUP; n++) bias[filter + n] += Number::channel(cell, n);
    }
  }
};

} // namespace ncp
