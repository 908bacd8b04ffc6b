// The tail of the CNN: three dense layers, a factor (dropout) on what goes into each (docs/pipeline.md §3).
//
//     x1 = f0·flat    y1 = max(0, x1·W1 + b1)    x2 = f1·y1    y2 = max(0, x2·W2 + b2)    x3 = f2·y2    output = x3·W3
//
// In float32, whatever the convolutions compute in. All frames go through a layer together, so its weights are read once.
#pragma once
#include "dense.hpp"
#include "network.hpp"

namespace ncp {

template <class Number> class Cnn : public ConvolutionNetwork<CNN_LAYERS, Number> {
  using Base = ConvolutionNetwork<CNN_LAYERS, Number>;
  using typename Base::Block;
  static constexpr Layer LAST = CNN_LAYERS[LAYERS - 1];
  static constexpr int HEIGHT = LAST.outHeight, WIDTH = LAST.outWidth, CHANNELS = LAST.filters, FLAT = HEIGHT * WIDTH * CHANNELS;
  static constexpr int DEPTH = 3;
  static constexpr Dense DENSE[DEPTH] = {{FLAT, 1000}, {1000, 100}, {100, 1}};
  static constexpr bool HAS_BIAS[DEPTH] = {true, true, false}, HAS_RELU[DEPTH] = {true, true, false};

  /// Of each dense layer, a row a frame: its inputs, times the factors; its outputs; the factors of the last forward pass.
  std::vector<float> x[DEPTH], y[DEPTH], factor[DEPTH];
  bool hasFactors = false;

  static const float* kernelOf(const float* const* weights, int n) { return weights[2 * LAYERS + 2 * n]; }
  static const float* biasOf(const float* const* weights, int n) { return HAS_BIAS[n] ? weights[2 * LAYERS + 2 * n + 1] : nullptr; }

  /// maps [row][channel][column] of a block → rows of `flat`, which counts row, column, channel.
  static void flatten(const Vector* maps, int frames, float* flat, const Team& team) {
    for (int row = team.first(HEIGHT); row < team.first(HEIGHT, 1); row++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int column = 0; column < WIDTH; column++) {
          const Vector v = maps[(row * CHANNELS + c) * WIDTH + column];
          float* to = flat + (row * WIDTH + column) * CHANNELS + c;
          for (int n = 0; n < frames; n++) to[(size_t)n * FLAT] = v[n];
        }
      }
    }
  }

  static void unflatten(const float* flat, int frames, Vector* maps, const Team& team) {
    for (int row = team.first(HEIGHT); row < team.first(HEIGHT, 1); row++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int column = 0; column < WIDTH; column++) {
          const float* from = flat + (row * WIDTH + column) * CHANNELS + c;
          Vector v = {};
          for (int n = 0; n < frames; n++) v[n] = from[(size_t)n * FLAT];
          maps[(row * CHANNELS + c) * WIDTH + column] = v;
        }
      }
    }
  }

  /// Values times the factors of layer `n`, in place.
  void scale(std::vector<float>& values, int n) const {
    if (!hasFactors) return;
    for (size_t i = 0; i < values.size(); i++) values[i] *= factor[n][i];
  }

  void run(const Frames& frames, const float* const* weights, const float* const* factors, float* out, bool keep) {
    const size_t count = frames.count;
    this->setWeights(weights);
    hasFactors = factors != nullptr;
    for (int n = 0; n < DEPTH; n++) {
      x[n].resize(count * DENSE[n].inputs);
      y[n].resize(count * DENSE[n].units);
      if (hasFactors) factor[n].assign(factors[n], factors[n] + x[n].size());
    }
    this->forwardBlocks(frames, keep, [&](int n, const Block& block, const Team& team, int) {
      flatten(block.maps.get(), this->framesOf(n, frames.count), x[0].data() + (size_t)n * LANES * FLAT, team);
    });
    for (int n = 0; n < DEPTH; n++) {
      if (n > 0) x[n] = y[n - 1];
      scale(x[n], n);
      denseForward(this->pool, DENSE[n], x[n].data(), frames.count, kernelOf(weights, n), biasOf(weights, n), HAS_RELU[n], y[n].data());
    }
    memcpy(out, y[DEPTH - 1].data(), count * sizeof(float));
    if (keep) this->kept = frames.count;
  }

public:
  using Base::Base;
  int outputs() const override { return 1; }
  std::vector<size_t> factorSizes() const override {
    std::vector<size_t> sizes;
    for (const Dense& layer : DENSE) sizes.push_back(layer.inputs);
    return sizes;
  }
  std::vector<size_t> weightSizes() const override {
    std::vector<size_t> sizes;
    Base::addConvolutionSizes(sizes);
    for (int n = 0; n < DEPTH; n++) {
      sizes.push_back((size_t)DENSE[n].inputs * DENSE[n].units);
      if (HAS_BIAS[n]) sizes.push_back(DENSE[n].units);
    }
    return sizes;
  }

  void infer(const Frames& frames, const float* const* weights, float* out) override {
    run(frames, weights, nullptr, out, false);
    this->kept = 0; // what was kept of a forward pass has been written over
  }
  void forward(const Frames& frames, const float* const* weights, const float* const* factors, float* out) override {
    run(frames, weights, factors, out, true);
  }

  void backward(const float* const* weights, const float* dOut, float* const* into) override {
    const int count = this->kept;
    std::vector<float> dz(dOut, dOut + count), dx;
    for (int n = DEPTH - 1; n >= 0; n--) {
      const int at = 2 * LAYERS + 2 * n;
      if (HAS_RELU[n]) {
        for (size_t i = 0; i < dz.size(); i++) dz[i] = y[n][i] > 0 ? dz[i] : 0;
      }
      denseKernelGradient(this->pool, DENSE[n], x[n].data(), dz.data(), count, into[at], HAS_BIAS[n] ? into[at + 1] : nullptr);
      dx.resize((size_t)count * DENSE[n].inputs);
      denseInputGradient(this->pool, DENSE[n], dz.data(), count, kernelOf(weights, n), dx.data());
      scale(dx, n);
      dz.swap(dx);
    }
    this->backwardBlocks([&](int n, const Block&, Vector* dMaps, const Team& team, int) {
      unflatten(dz.data() + (size_t)n * LANES * FLAT, this->framesOf(n, count), dMaps, team);
    });
    this->reduceConvolutions(into);
    this->kept = 0;
  }
};

} // namespace ncp
