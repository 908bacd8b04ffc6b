// What is computed of every frame on its own: frames in, features or outputs out, and the gradients of all weights.
// Blocks of LANES frames are shared out among teams of threads in fixed parts, so a number of threads gives always the same bits.
#pragma once
#include "stack.hpp"

namespace ncp {

/// Frames as they come: float32 or bytes, 0..255.
struct Frames {
  const void* numbers;
  bool bytes;
  int count;
};

/// A network with its tail after the convolutions (head.hpp, cnn.hpp).
class Network {
public:
  virtual ~Network() = default;
  /// Numbers in each weight, in the model's order.
  virtual std::vector<size_t> weightSizes() const = 0;
  /// Numbers in each frame's factors of each dense layer that dropout falls on; none for the head.
  virtual std::vector<size_t> factorSizes() const = 0;
  virtual int outputs() const = 0;
  /// outputs [count,·] without anything kept.
  virtual void infer(const Frames& frames, const float* const* weights, float* out) = 0;
  /// The same; what the backward pass needs is kept. `factors` may be null: 1 everywhere.
  virtual void forward(const Frames& frames, const float* const* weights, const float* const* factors, float* out) = 0;
  /// Frames of the last forward pass whose backward pass has not been; 0 for none.
  virtual int pending() const = 0;
  /// Gradients of all weights, of the last forward pass; `weights` are those it had, wherever they lie by now.
  virtual void backward(const float* const* weights, const float* dOut, float* const* gradients) = 0;
};

/// How many teams there are for so many blocks: as many threads as possible busy for as short as possible. Threads of a team
/// meet after every layer, which is why more of them must gain a tenth.
inline int teamCount(int blocks, int threads) {
  int best = 1;
  double least = 1e30;
  for (int teams = threads < blocks ? threads : blocks; teams > 0; teams--) {
    const int size = threads / teams;
    const double cost = (double)ceilDiv(blocks, teams) / size * (size > 1 ? 1.1 : 1);
    if (cost < least) least = cost, best = teams;
  }
  return best;
}

template <const Layer* STACK, class Number> class ConvolutionNetwork : public Network {
protected:
  using Convolutions = Stack<STACK, Number>;
  using Block = typename Convolutions::Block;
  using Gradient = typename Convolutions::Gradient;
  using Sums = typename Convolutions::Sums;
  using Input = typename Convolutions::template At<0>::Input;

  Pool& pool;
  Convolutions stack;
  std::vector<std::unique_ptr<Block>> blocks;      // kept for the backward pass
  std::vector<std::unique_ptr<Block>> passing;     // one a team, when nothing is kept
  std::vector<std::unique_ptr<Gradient>> gradients; // one a team
  std::vector<std::unique_ptr<Sums>> sums;          // one a thread
  int kept = 0;

  template <class T> static void grow(std::vector<std::unique_ptr<T>>& all, size_t count) {
    while (all.size() < count) all.push_back(std::make_unique<T>());
  }

  void setWeights(const float* const* weights) {
    LayerWeights layers[LAYERS];
    for (int n = 0; n < LAYERS; n++) layers[n] = {weights[2 * n], weights[2 * n + 1]};
    stack.setWeights(layers);
  }

  /// `job(block, team, threads of all teams together: number of this team and of this thread)` for all blocks of `count` frames.
  template <class Job> void eachBlock(int count, Job job) {
    const int all = ceilDiv(count, LANES), teams = teamCount(all, pool.size), size = pool.size / teams;
    std::vector<Barrier> barriers(teams);
    for (Barrier& barrier : barriers) barrier.size = size;
    pool.run([&](int thread) {
      const int number = thread / size;
      if (number >= teams) return;
      const Team team{thread % size, size, &barriers[number]};
      const int first = (int)((long)all * number / teams), end = (int)((long)all * (number + 1) / teams);
      for (int block = first; block < end; block++) job(block, team, number, thread);
    });
  }

  static int teamsFor(int count, int threads) { return teamCount(ceilDiv(count, LANES), threads); }
  static int framesOf(int block, int count) { return count - block * LANES < LANES ? count - block * LANES : LANES; }

  void packBlock(const Frames& frames, int block, const Block& to) {
    const int count = framesOf(block, frames.count);
    auto pack = [&](auto numbers) {
      decltype(numbers) each[LANES];
      for (int n = 0; n < count; n++) each[n] = numbers + (size_t)(block * LANES + n) * FRAME_NUMBERS;
      packFrames<Number, Input>(each, count, to.input[0].get());
    };
    if (frames.bytes) pack((const uint8_t*)frames.numbers);
    else pack((const float*)frames.numbers);
  }

  /// Maps of all blocks; `finish(block, its memory, team, number of the team)` takes them.
  template <class Finish> void forwardBlocks(const Frames& frames, bool keep, Finish finish) {
    const int teams = teamsFor(frames.count, pool.size);
    if (keep) grow(blocks, ceilDiv(frames.count, LANES));
    else grow(passing, teams);
    eachBlock(frames.count, [&](int n, const Team& team, int number, int) {
      Block& block = keep ? *blocks[n] : *passing[number];
      if (team.rank == 0) packBlock(frames, n, block);
      team.meet();
      stack.forward(block, team);
      finish(n, block, team, number);
      team.meet();
    });
  }

  /// `start(block, its memory, dMaps, team, thread)` writes its part of the gradient of the maps.
  template <class Start> void backwardBlocks(Start start) {
    const int teams = teamsFor(kept, pool.size), size = pool.size / teams;
    while ((int)gradients.size() < teams) gradients.push_back(std::make_unique<Gradient>(pool.size));
    grow(sums, teams * size);
    for (auto& each : sums) each->clear();
    eachBlock(kept, [&](int n, const Team& team, int number, int thread) {
      start(n, *blocks[n], gradients[number]->dMaps.get(), team, thread);
      stack.backward(*blocks[n], *gradients[number], *sums[thread], team);
    });
  }

  void reduceConvolutions(float* const* into) {
    float *kernels[LAYERS], *biases[LAYERS];
    const std::vector<size_t> sizes = weightSizes();
    for (int n = 0; n < LAYERS; n++) {
      kernels[n] = into[2 * n];
      biases[n] = into[2 * n + 1];
      memset(kernels[n], 0, sizes[2 * n] * sizeof(float));
      memset(biases[n], 0, sizes[2 * n + 1] * sizeof(float));
    }
    for (auto& each : sums) Convolutions::reduce(*each, kernels, biases);
  }

  static void addConvolutionSizes(std::vector<size_t>& sizes) {
    for (int n = 0; n < LAYERS; n++) {
      sizes.push_back((size_t)STACK[n].size * STACK[n].size * STACK[n].channels * STACK[n].filters);
      sizes.push_back(STACK[n].filters);
    }
  }

public:
  explicit ConvolutionNetwork(Pool& pool_) : pool(pool_) {}
  int pending() const override { return kept; }
};

} // namespace ncp
