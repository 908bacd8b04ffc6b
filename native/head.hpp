// The head of the recurrent models: each of the 8 last maps, 10×25, through a dense layer of 4 with ReLU (docs/pipeline.md §3).
//
//     u[m][i] = max(0, bias[m][i] + Σ over places of kernel[m][place][i] · map[m][place])      feature 4·m + i
#pragma once
#include "network.hpp"

namespace ncp {

template <class Number> class Head : public ConvolutionNetwork<HEAD_LAYERS, Number> {
  using Base = ConvolutionNetwork<HEAD_LAYERS, Number>;
  using typename Base::Block;
  static constexpr Layer LAST = HEAD_LAYERS[LAYERS - 1];
  static constexpr int MAPS = LAST.filters, HEIGHT = LAST.outHeight, WIDTH = LAST.outWidth, PLACES = HEIGHT * WIDTH, UNITS = 4;
  static constexpr int FEATURES = MAPS * UNITS;

  std::vector<Memory<Vector>> features;   // of each kept block
  std::vector<Memory<Vector>> denseSums; // of each thread: kernels [map][place][unit], then biases [map][unit]
  std::vector<const float*> held;         // weights of this pass

  void hold(const float* const* weights) { held.assign(weights, weights + 2 * LAYERS + 2 * MAPS); }
  const float* kernel(int map) const { return held[2 * LAYERS + 2 * map]; }
  const float* bias(int map) const { return held[2 * LAYERS + 2 * map + 1]; }

  void dense(const Vector* maps, Vector* out, const Team& team) const {
    for (int m = team.first(MAPS); m < team.first(MAPS, 1); m++) {
      const float* k = kernel(m);
      Vector units[UNITS];
      for (int i = 0; i < UNITS; i++) units[i] = splat(bias(m)[i]);
      for (int y = 0; y < HEIGHT; y++) {
        const Vector* map = maps + (y * MAPS + m) * WIDTH;
        for (int x = 0; x < WIDTH; x++, k += UNITS) {
          UNROLL for (int i = 0; i < UNITS; i++) units[i] += k[i] * map[x];
        }
      }
      for (int i = 0; i < UNITS; i++) out[m * UNITS + i] = relu(units[i]);
    }
  }

  void denseBackward(const Vector* maps, const Vector* out, const float* dOut, int count, Vector* dMaps, Vector* kernelSums, const Team& team) const {
    Vector* biasSums = kernelSums + MAPS * PLACES * UNITS;
    for (int m = team.first(MAPS); m < team.first(MAPS, 1); m++) {
      Vector du[UNITS];
      for (int i = 0; i < UNITS; i++) {
        Vector given = {};
        for (int n = 0; n < count; n++) given[n] = dOut[n * FEATURES + m * UNITS + i];
        du[i] = where(out[m * UNITS + i], given);
        biasSums[m * UNITS + i] += du[i];
      }
      const float* k = kernel(m);
      Vector* sums = kernelSums + m * PLACES * UNITS;
      for (int y = 0; y < HEIGHT; y++) {
        const int row = (y * MAPS + m) * WIDTH;
        for (int x = 0; x < WIDTH; x++, k += UNITS, sums += UNITS) {
          Vector d = {};
          UNROLL for (int i = 0; i < UNITS; i++) {
            d += k[i] * du[i];
            sums[i] += maps[row + x] * du[i];
          }
          dMaps[row + x] = d;
        }
      }
    }
  }

  void run(const Frames& frames, const float* const* weights, float* out, bool keep) {
    hold(weights);
    this->setWeights(weights);
    const int places = keep ? ceilDiv(frames.count, LANES) : this->pool.size;
    while ((int)features.size() < places) features.push_back(zeros<Vector>(FEATURES));
    this->forwardBlocks(frames, keep, [&](int n, const Block& block, const Team& team, int number) {
      Vector* units = features[keep ? n : number].get();
      dense(block.maps.get(), units, team);
      team.meet();
      if (team.rank > 0) return;
      for (int frame = 0; frame < this->framesOf(n, frames.count); frame++) {
        for (int i = 0; i < FEATURES; i++) out[(size_t)(n * LANES + frame) * FEATURES + i] = units[i][frame];
      }
    });
    if (keep) this->kept = frames.count;
  }

public:
  using Base::Base;
  int outputs() const override { return FEATURES; }
  std::vector<size_t> factorSizes() const override { return {}; }
  std::vector<size_t> weightSizes() const override {
    std::vector<size_t> sizes;
    Base::addConvolutionSizes(sizes);
    for (int m = 0; m < MAPS; m++) sizes.push_back(PLACES * UNITS), sizes.push_back(UNITS);
    return sizes;
  }

  void infer(const Frames& frames, const float* const* weights, float* out) override { run(frames, weights, out, false); }
  void forward(const Frames& frames, const float* const* weights, const float* const*, float* out) override { run(frames, weights, out, true); }

  void backward(const float* const* weights, const float* dOut, float* const* into) override {
    hold(weights);
    constexpr size_t SUMS = MAPS * (PLACES + 1) * UNITS;
    while ((int)denseSums.size() < this->pool.size) denseSums.push_back(zeros<Vector>(SUMS));
    for (auto& each : denseSums) memset((void*)each.get(), 0, SUMS * sizeof(Vector));
    this->backwardBlocks([&](int n, const Block& block, Vector* dMaps, const Team& team, int thread) {
      denseBackward(block.maps.get(), features[n].get(), dOut + (size_t)n * LANES * FEATURES, this->framesOf(n, this->kept), dMaps, denseSums[thread].get(), team);
    });
    this->reduceConvolutions(into);
    for (int m = 0; m < MAPS; m++) {
      float *kernel = into[2 * LAYERS + 2 * m], *bias = into[2 * LAYERS + 2 * m + 1];
      for (int i = 0; i < PLACES * UNITS; i++) kernel[i] = sumOver(m * PLACES * UNITS + i);
      for (int i = 0; i < UNITS; i++) bias[i] = sumOver(MAPS * PLACES * UNITS + m * UNITS + i);
    }
    this->kept = 0;
  }

private:
  float sumOver(size_t at) const {
    float sum = 0;
    for (auto& each : denseSums) sum += sumOfLanes(each[at]);
    return sum;
  }
};

} // namespace ncp
