// The gradient of a kernel: every input times every gradient that its window reaches, summed over places and frames.
//
//     dkernel[ky][kx][c][o] = Σ over y, x and frames of input[c][y·stride + ky][x·stride + kx] · dz[o][y][x]
//
// The lanes of a sum are added up once at the end. In bfloat16 a product takes two numbers of each lane; here those are two
// neighbouring places, so rows are turned from pairs of channels to pairs of places first.
#pragma once
#include "convolution.hpp"

namespace ncp {

/// How a layer's kernel gradient is cut into pieces. Sums of a tile: all columns of a kernel row × `filters`.
template <const Layer* STACK, int N, class Number> struct KernelGradient {
  using Here = Around<STACK, N, Number>;
  using Input = typename Here::Input;
  typedef typename Number::Cell Cell;
  static constexpr Layer LAYER = Here::LAYER;
  static constexpr int SIZE = LAYER.size, STRIDE = LAYER.stride, GROUP = Number::GROUP, WIDTH = LAYER.outWidth;
  static constexpr int CHANNELS = Input::GROUPS * GROUP, FILTERS = LAYER.filters;
  static constexpr int TO = divisorUpTo(FILTERS, (REGISTERS - 5) / SIZE - (SIZE == 5 ? 1 : 0));
  /// Channels whose sums stay in the second-level cache while all rows pass.
  static constexpr int PART = divisorUpTo(CHANNELS, 700 * 1024 / (SIZE * SIZE * FILTERS * LANES * 4), GROUP);
  /// Places in a row, or pairs of them.
  static constexpr int PLACES = ceilDiv(WIDTH, GROUP);
  /// Places gone through with the sums in registers.
  static constexpr int SEGMENT = PLACES <= 60 ? PLACES : ceilDiv(PLACES, 2);
  /// Rows of outputs gone through with the sums in registers.
  static constexpr int ROWS = WIDTH <= 30 && LAYER.outHeight % 2 == 0 ? 2 : 1;
  static constexpr size_t SUMS = (size_t)SIZE * SIZE * CHANNELS * FILTERS;

  // Rows turned to pairs of places; float32 reads them where they are.
  static constexpr int RING = SIZE + (ROWS - 1) * STRIDE;
  static constexpr size_t TURNED_ROW = (size_t)PART * Input::PLANE, TURNED_GRADIENT = (size_t)FILTERS * PLACES;
  static constexpr size_t SCRATCH = GROUP == 1 ? 0 : RING * TURNED_ROW + ROWS * TURNED_GRADIENT;

  /// sums += of ROWS rows of outputs. `inputRow(r)` is row r of the window, `ofFilter` the distance of two filters in a row of dz.
  template <class Rows>
  static void add(Rows inputRow, const Cell* dz, size_t dzRow, size_t ofFilter, Vector* sums) {
    for (int first = 0; first < PLACES; first += SEGMENT) {
      const int count = first + SEGMENT <= PLACES ? SEGMENT : PLACES - first;
      Vector* tile = sums;
      for (int o = 0; o < FILTERS; o += TO) {
        for (int ky = 0; ky < SIZE; ky++) {
          for (int c = 0; c < PART; c++, tile += SIZE * TO) {
            Vector a[SIZE][TO];
            UNROLL for (int k = 0; k < SIZE; k++) UNROLL for (int j = 0; j < TO; j++) a[k][j] = tile[k * TO + j];
            for (int r = 0; r < ROWS; r++) {
              const Cell* x = inputRow(r * STRIDE + ky) + c * Input::PLANE + first * GROUP;
              const Cell* g = dz + r * dzRow + o * ofFilter + first;
              for (int p = 0; p < count; p++, x += GROUP, g++) {
                if (r == 0) __builtin_prefetch(tile + SIZE * TO + p);
                __builtin_prefetch(x + Input::PLANE);
                if (STRIDE == 2) __builtin_prefetch(x + Input::PLANE + Input::PHASE);
                addPlace(x, g, ofFilter, a);
              }
            }
            UNROLL for (int k = 0; k < SIZE; k++) UNROLL for (int j = 0; j < TO; j++) tile[k * TO + j] = a[k][j];
          }
        }
      }
    }
  }

  /// The smaller side of the tile is held in registers, the other loaded one by one.
  static INLINE void addPlace(const Cell* x, const Cell* g, size_t ofFilter, Vector (&a)[SIZE][TO]) {
    auto input = [x](int k) { return x[k % STRIDE * Input::PHASE + k / STRIDE]; };
    if constexpr (TO < SIZE) {
      Cell gradients[TO];
      UNROLL for (int j = 0; j < TO; j++) {
        gradients[j] = g[j * ofFilter];
        pin(gradients[j]);
      }
      UNROLL for (int k = 0; k < SIZE; k++) {
        Cell cell = input(k);
        pin(cell);
        UNROLL for (int j = 0; j < TO; j++) a[k][j] = Number::product(a[k][j], cell, gradients[j]);
      }
    } else {
      Cell cells[SIZE];
      UNROLL for (int k = 0; k < SIZE; k++) {
        cells[k] = input(k);
        pin(cells[k]);
      }
      UNROLL for (int j = 0; j < TO; j++) {
        Cell gradient = g[j * ofFilter];
        pin(gradient);
        UNROLL for (int k = 0; k < SIZE; k++) a[k][j] = Number::product(a[k][j], cells[k], gradient);
      }
    }
  }

  /// Of output rows [from, to), `to − from` divisible by ROWS. `dz` begins at row `from`, in a row at column 0, `dzRow` and `dzPlane` apart.
  static void rows(const Cell* input, const Cell* dz, size_t dzRow, size_t dzPlane, int from, int to, Cell* scratch, Vector* sums) {
    for (int c = 0; c < CHANNELS; c += PART, sums += (size_t)SIZE * SIZE * PART * FILTERS) {
      if constexpr (GROUP == 1) {
        const Cell* part = input + c * Input::PLANE;
        for (int y = from; y < to; y += ROWS) {
          auto row = [=](int r) { return part + (size_t)(y * STRIDE + r) * Input::ROW; };
          add(row, dz + (size_t)(y - from) * dzRow, dzRow, dzPlane, sums);
        }
      } else {
        Cell* gradients = scratch + RING * TURNED_ROW;
        int turned = from * STRIDE; // rows of the input before this one are in the ring
        for (int y = from; y < to; y += ROWS) {
          for (; turned < y * STRIDE + RING; turned++) {
            turnInput(input + (size_t)turned * Input::ROW + c / GROUP * Input::PLANE, scratch + turned % RING * TURNED_ROW);
          }
          for (int r = 0; r < ROWS; r++) turnGradient(dz + (size_t)(y - from + r) * dzRow, dzPlane, gradients + r * TURNED_GRADIENT);
          auto row = [=](int r) { return scratch + (y * STRIDE + r) % RING * TURNED_ROW; };
          add(row, gradients, TURNED_GRADIENT, PLACES, sums);
        }
      }
    }
  }

  /// PART channels of a row: each place with the next one, for windows begin at any.
  static void turnInput(const Cell* row, Cell* out) {
#if defined(__AVX512BF16__)
    for (int c = 0; c < PART / 2; c++) {
      for (int phase = 0; phase < STRIDE; phase++) {
        const Cell* from = row + c * Input::PLANE + phase * Input::PHASE;
        Cell* even = out + 2 * c * Input::PLANE + phase * Input::PHASE;
        for (int i = 0; i < Input::PHASE; i++) {
          pairPlaces(from[i], i + 1 < Input::PHASE ? from[i + 1] : Cell{}, even[i], even[Input::PLANE + i]);
        }
      }
    }
#endif
  }

  /// All filters of a row of gradients: places 0 and 1, 2 and 3, …
  static void turnGradient(const Cell* row, size_t plane, Cell* out) {
#if defined(__AVX512BF16__)
    for (int o = 0; o < FILTERS / 2; o++) {
      const Cell* from = row + o * plane;
      Cell* even = out + (size_t)2 * o * PLACES;
      for (int p = 0; p < PLACES; p++) {
        pairPlaces(from[2 * p], 2 * p + 1 < WIDTH ? from[2 * p + 1] : Cell{}, even[p], even[PLACES + p]);
      }
    }
#endif
  }

  /// dkernel [SIZE,SIZE,channels,filters] += the sums of one thread.
  static void reduce(const Vector* sums, float* dKernel) {
    for (int part = 0; part < CHANNELS; part += PART) {
      for (int o = 0; o < FILTERS; o += TO) {
        for (int ky = 0; ky < SIZE; ky++) {
          for (int c = part; c < part + PART; c++) {
            for (int kx = 0; kx < SIZE; kx++) {
              for (int j = 0; j < TO; j++, sums++) {
                if (c < LAYER.channels) dKernel[((ky * SIZE + kx) * LAYER.channels + c) * FILTERS + o + j] += sumOfLanes(*sums);
              }
            }
          }
        }
      }
    }
  }
};

} // namespace ncp
