// Five convolutions of a block of frames, forward and backward.
#pragma once
#include "frames.hpp"
#include "kernel-gradient.hpp"
#include "pool.hpp"
#include <cstdlib>
#include <memory>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ncp {

struct Free {
  void operator()(void* memory) const { free(memory); }
};
template <class T> using Memory = std::unique_ptr<T[], Free>;

/// Zeros, on large pages where there are such: the margins of the layouts stay zero for good.
template <class T> Memory<T> zeros(size_t count) {
  constexpr size_t PAGE = 2 << 20;
  const size_t bytes = count * sizeof(T), rounded = bytes < PAGE ? (bytes + 63) / 64 * 64 + 64 : (bytes + PAGE - 1) / PAGE * PAGE;
  void* memory = nullptr;
  if (posix_memalign(&memory, bytes < PAGE ? 64 : PAGE, rounded) != 0) throw std::bad_alloc();
#if defined(__linux__)
  if (bytes >= PAGE) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  memset(memory, 0, rounded);
  return Memory<T>((T*)memory);
}

/// Pointers to the weights as they are in the model: kernels [size,size,in,out] and biases [out].
struct LayerWeights {
  const float* kernel;
  const float* bias;
};

template <const Layer* STACK, class Number> class Stack {
public:
  typedef typename Number::Cell Cell;
  typedef typename Number::Weight Weight;
  template <int N> using At = Around<STACK, N, Number>;
  template <int N> using Gradients = KernelGradient<STACK, N, Number>;
  static constexpr Layer LAST = STACK[LAYERS - 1];
  /// Numbers in the last layer's maps, [row][filter][column].
  static constexpr int MAPS = LAST.outHeight * LAST.filters * LAST.outWidth;

  /// What of a block the backward pass needs: every layer's input, and the maps of the last.
  struct Block {
    Memory<Cell> input[LAYERS];
    Memory<Vector> maps;
    Block() : maps(zeros<Vector>(MAPS)) { allocate(std::make_integer_sequence<int, LAYERS>()); }

  private:
    template <int... N> void allocate(std::integer_sequence<int, N...>) {
      ((input[N] = zeros<Cell>(At<N>::Input::SIZE)), ...);
    }
  };

  /// Gradients on their way down, of the block that a team is at.
  struct Gradient {
    Memory<Cell> dz[LAYERS]; // of layer 0 a row for each thread
    Memory<Vector> dMaps;
    explicit Gradient(int threads) : dMaps(zeros<Vector>(MAPS)) {
      dz[0] = zeros<Cell>((size_t)threads * FIRST_ROW);
      allocate(std::make_integer_sequence<int, LAYERS - 1>());
    }

  private:
    template <int... N> void allocate(std::integer_sequence<int, N...>) {
      ((dz[N + 1] = zeros<Cell>(At<N + 1>::Gradient::SIZE)), ...);
    }
  };

  /// The sums of one thread, over all blocks.
  struct Sums {
    Memory<Vector> all;
    Memory<Cell> scratch;
    Vector* kernel[LAYERS];
    Vector* bias[LAYERS];
    Sums() : all(zeros<Vector>(size())), scratch(zeros<Cell>(scratchSize(std::make_integer_sequence<int, LAYERS>()))) {
      place(std::make_integer_sequence<int, LAYERS>());
    }
    void clear() { memset((void*)all.get(), 0, size() * sizeof(Vector)); }

  private:
    template <int... N> static constexpr size_t sizeOf(std::integer_sequence<int, N...>) {
      return ((Gradients<N>::SUMS + STACK[N].filters) + ...);
    }
    static constexpr size_t size() { return sizeOf(std::make_integer_sequence<int, LAYERS>()); }
    template <int... N> static constexpr size_t scratchSize(std::integer_sequence<int, N...>) {
      size_t most = 1;
      ((most = Gradients<N>::SCRATCH > most ? Gradients<N>::SCRATCH : most), ...);
      return most;
    }
    template <int... N> void place(std::integer_sequence<int, N...>) {
      Vector* at = all.get();
      ((kernel[N] = at, at += Gradients<N>::SUMS, bias[N] = at, at += STACK[N].filters), ...);
    }
  };

private:
  template <int N> using Forward =
    Convolution<Number, typename At<N>::Input, STACK[N].size, STACK[N].size, STACK[N].stride, At<N>::Input::GROUPS, STACK[N].filters, STACK[N].outWidth>;

  // --- The input gradient of layer N, by the remainder of row and column (both with their margin) by the stride ---

  /// Rows, or columns, of the kernel with that remainder: r, r + stride, …
  static constexpr int taps(int size, int stride, int remainder) { return ceilDiv(size - remainder, stride); }
  /// First column of the input with that remainder, and how many there are.
  static constexpr int firstColumn(const Layer& l, int remainder) { return ((remainder - l.left) % l.stride + l.stride) % l.stride; }
  static constexpr int columnCount(const Layer& l, int remainder) { return ceilDiv(l.width - firstColumn(l, remainder), l.stride); }

  template <int N, int RY, int RX> using Backward =
    Convolution<Number, typename At<N>::Gradient, taps(STACK[N].size, STACK[N].stride, RY), taps(STACK[N].size, STACK[N].stride, RX), 1,
                At<N>::Gradient::GROUPS, STACK[N].channels, columnCount(STACK[N], RX)>;

  /// The layer below's gradient: rows of the map, or of the first layer one row only.
  static constexpr int FIRST_WIDTH = STACK[0].outWidth;
  using FirstRow = Layout<ceilDiv(STACK[0].filters, Number::GROUP), 1, FIRST_WIDTH, 0, 0, 0, 0, 1>;
  static constexpr size_t FIRST_ROW = FirstRow::SIZE + 1;
  template <int N> using Below = std::conditional_t<N == 1, FirstRow, typename At<N - 1>::Gradient>;

  const float* biases[LAYERS];
  Memory<Weight> forwardWeights[LAYERS], backwardWeights[LAYERS];

  template <int N> void pack(const LayerWeights& given) {
    constexpr Layer L = STACK[N];
    biases[N] = given.bias;
    const float* kernel = given.kernel;
    auto at = [kernel](int ky, int kx, int c, int o) {
      return c < STACK[N].channels && o < STACK[N].filters ? kernel[((ky * STACK[N].size + kx) * STACK[N].channels + c) * STACK[N].filters + o] : 0.f;
    };
    if (!forwardWeights[N]) forwardWeights[N] = zeros<Weight>(Forward<N>::WEIGHTS);
    Forward<N>::pack(forwardWeights[N].get(), at);
    if constexpr (N > 0) {
      if (!backwardWeights[N]) backwardWeights[N] = zeros<Weight>((size_t)L.size * L.size * At<N>::Gradient::GROUPS * L.channels);
      Weight* packed = backwardWeights[N].get();
      packPhases<N, 0>(packed, at);
    }
  }

  template <int N, int PHASE, class F> static void packPhases(Weight* packed, F at) {
    constexpr Layer L = STACK[N];
    constexpr int RY = PHASE / L.stride, RX = PHASE % L.stride, ROWS = taps(L.size, L.stride, RY), COLUMNS = taps(L.size, L.stride, RX);
    Backward<N, RY, RX>::pack(packed, [&](int ty, int tx, int o, int c) {
      return at(RY + L.stride * (ROWS - 1 - ty), RX + L.stride * (COLUMNS - 1 - tx), c, o);
    });
    if constexpr (PHASE + 1 < L.stride * L.stride) packPhases<N, PHASE + 1>(packed + Backward<N, RY, RX>::WEIGHTS, at);
  }

  template <int N> void forwardRows(const Block& block, int from, int to) const {
    using Input = typename At<N>::Input;
    constexpr Layer L = STACK[N];
    for (int y = from; y < to; y++) {
      const Cell* x = block.input[N].get() + (size_t)y * L.stride * Input::ROW;
      if constexpr (N + 1 < LAYERS) {
        using Output = typename At<N + 1 < LAYERS ? N + 1 : N>::Input;
        Cell* out = block.input[N + 1].get() + (size_t)(y + Output::TOP) * Output::ROW;
        Forward<N>::row(x, forwardWeights[N].get(), StoreRelu<Number, Output>{out, biases[N]});
      } else {
        Forward<N>::row(x, forwardWeights[N].get(), StoreMaps<L.outWidth>{block.maps.get() + (size_t)y * L.filters * L.outWidth, biases[N]});
      }
    }
  }

  template <int N> void forwardLayers(const Block& block, const Team& team) const {
    constexpr Layer L = STACK[N];
    forwardRows<N>(block, team.first(L.outHeight), team.first(L.outHeight, 1));
    team.meet();
    if constexpr (N + 1 < LAYERS) forwardLayers<N + 1>(block, team);
  }

  /// One row of the input gradient of layer N, all columns of one remainder after the other.
  template <int N, int RY, int RX>
  void inputGradientRow(const Cell* dz, const Weight* packed, Cell* out, const Cell* y, Vector* bias, int m) const {
    using Here = typename At<N>::Gradient;
    constexpr Layer L = STACK[N];
    constexpr int ROWS = taps(L.size, L.stride, RY), COLUMNS = taps(L.size, L.stride, RX);
    constexpr int FIRST = firstColumn(L, RX), M = (FIRST + L.left) / L.stride;
    const Cell* window = dz + (size_t)(m - (ROWS - 1) + Here::TOP) * Here::ROW + (M - (COLUMNS - 1) + Here::LEFT);
    using Store = StoreWherePositive<Number, typename At<N>::Input, Below<N>, L.stride>;
    Backward<N, RY, RX>::row(window, packed, Store{out, y, bias, FIRST});
    if constexpr (RX + 1 < L.stride) {
      inputGradientRow<N, RY, RX + 1>(dz, packed + Backward<N, RY, RX>::WEIGHTS, out, y, bias, m);
    }
  }

  template <int N> void inputGradientRow(const Block& block, const Cell* dz, Cell* out, Vector* bias, int y) const {
    using Input = typename At<N>::Input;
    constexpr Layer L = STACK[N];
    const Cell* activation = block.input[N].get() + (size_t)(y + Input::TOP) * Input::ROW;
    const int row = y + L.top, m = row / L.stride;
    const Weight* packed = backwardWeights[N].get();
    if (row % L.stride == 0) inputGradientRow<N, 0, 0>(dz, packed, out, activation, bias, m);
    else if constexpr (L.stride == 2) inputGradientRow<N, 1, 0>(dz, packed + Backward<N, 0, 0>::WEIGHTS + Backward<N, 0, 1>::WEIGHTS, out, activation, bias, m);
  }

  template <int N> void backwardLayers(const Block& block, Gradient& gradient, Sums& sums, const Team& team) const {
    using Here = typename At<N>::Gradient;
    using Kernel = Gradients<N>;
    constexpr Layer L = STACK[N];
    const Cell* dz = gradient.dz[N].get();
    {
      const int from = team.first(L.outHeight, 0, Kernel::ROWS), to = team.first(L.outHeight, 1, Kernel::ROWS);
      Kernel::rows(block.input[N].get(), dz + (size_t)(from + Here::TOP) * Here::ROW + Here::LEFT, Here::ROW, Here::PLANE, from, to, sums.scratch.get(), sums.kernel[N]);
    }
    const int from = team.first(L.height), to = team.first(L.height, 1);
    if constexpr (N > 1) {
      using Out = typename At<N - 1>::Gradient;
      for (int y = from; y < to; y++) {
        inputGradientRow<N>(block, dz, gradient.dz[N - 1].get() + (size_t)(y + Out::TOP) * Out::ROW, sums.bias[N - 1], y);
      }
      team.meet();
      backwardLayers<N - 1>(block, gradient, sums, team);
    } else { // the first layer's gradient is used up a row at a time: frames need none
      Cell* row = gradient.dz[0].get() + (size_t)team.rank * FIRST_ROW;
      for (int y = from; y < to; y++) {
        inputGradientRow<1>(block, dz, row, sums.bias[0], y);
        Gradients<0>::rows(block.input[0].get(), row, FirstRow::ROW, FirstRow::PLANE, y, y + 1, sums.scratch.get(), sums.kernel[0]);
      }
      team.meet();
    }
  }

  template <int... N> void packAll(const LayerWeights* weights, std::integer_sequence<int, N...>) { (pack<N>(weights[N]), ...); }

  template <int N> static void reduceLayer(const Sums& sums, float* const* kernels, float* const* biases_) {
    Gradients<N>::reduce(sums.kernel[N], kernels[N]);
    for (int o = 0; o < STACK[N].filters; o++) biases_[N][o] += sumOfLanes(sums.bias[N][o]);
  }
  template <int... N> static void reduceAll(const Sums& sums, float* const* kernels, float* const* biases_, std::integer_sequence<int, N...>) {
    (reduceLayer<N>(sums, kernels, biases_), ...);
  }

public:
  /// The weights of the next passes. `biases` are read where they are.
  void setWeights(const LayerWeights* weights) { packAll(weights, std::make_integer_sequence<int, LAYERS>()); }

  /// block.input[0] → block.maps
  void forward(const Block& block, const Team& team) const {
    if (team.size > 1) return forwardLayers<0>(block, team);
    // Rows of the first layer just before those of the second that read them: they are still in the cache.
    constexpr Layer L0 = STACK[0], L1 = STACK[1];
    for (int y = 0, done = 0; y < L1.outHeight; y++) {
      int needed = y * L1.stride + L1.size - L1.top;
      if (needed > L0.outHeight || y == L1.outHeight - 1) needed = L0.outHeight;
      forwardRows<0>(block, done, needed);
      done = needed;
      forwardRows<1>(block, y, y + 1);
    }
    forwardLayers<2>(block, team);
  }

  /// From gradient.dMaps, where the maps are positive, to the sums. All of the team have written their part of dMaps.
  void backward(const Block& block, Gradient& gradient, Sums& sums, const Team& team) const {
    using Out = typename At<LAYERS - 1>::Gradient;
    constexpr int GROUP = Number::GROUP, H = LAST.outHeight, C = LAST.filters, W = LAST.outWidth;
    team.meet();
    for (int y = team.first(H); y < team.first(H, 1); y++) {
      for (int c = 0; c < C; c += GROUP) {
        const size_t at = ((size_t)y * C + c) * W;
        Cell* dz = gradient.dz[LAYERS - 1].get() + (size_t)(y + Out::TOP) * Out::ROW + c / GROUP * Out::PLANE;
        for (int x = 0; x < W; x++) {
          Vector channels[GROUP];
          for (int n = 0; n < GROUP; n++) channels[n] = where(block.maps[at + n * W + x], gradient.dMaps[at + n * W + x]);
          const Cell cell = Number::join(channels);
          dz[Out::column(x)] = cell;
          for (int n = 0; n < GROUP; n++) sums.bias[LAYERS - 1][c + n] += Number::channel(cell, n);
        }
      }
    }
    team.meet();
    backwardLayers<LAYERS - 1>(block, gradient, sums, team);
  }

  /// kernels[n], biases[n] += the sums of one thread.
  static void reduce(const Sums& sums, float* const* kernels, float* const* biases_) {
    reduceAll(sums, kernels, biases_, std::make_integer_sequence<int, LAYERS>());
  }
};

} // namespace ncp
