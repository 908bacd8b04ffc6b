// Frames in the lanes: a vector holds one number of each of LANES frames, so no lane is wasted whatever the number of
// channels is (3, 24, 36, 48, 64, 8). Vectors are those of GCC and Clang: `a + b * c` works lane by lane.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

#define INLINE __attribute__((always_inline)) inline
#define UNROLL _Pragma("GCC unroll 32")

namespace ncp {

#if defined(__AVX512F__)
constexpr int LANES = 16, REGISTERS = 32;
#elif defined(__AVX2__)
constexpr int LANES = 8, REGISTERS = 16;
#else // NEON, SSE2
constexpr int LANES = 4, REGISTERS = 16;
#endif

/// One number of each of LANES frames.
typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int32_t Integers __attribute__((vector_size(LANES * 4)));

INLINE Vector splat(float value) { return value - Vector{}; }

/// max(0, z); NaN stays NaN.
INLINE Vector relu(Vector z) { return z < Vector{} ? Vector{} : z; }

/// dy where y > 0, else 0: the gradient before a ReLU.
INLINE Vector where(Vector y, Vector dy) { return y > Vector{} ? dy : Vector{}; }

INLINE float sumOfLanes(Vector v) {
  float sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += v[lane];
  return sum;
}

/// Keeps a loaded vector in a register; GCC would read it from memory again for every product.
template <class V> INLINE void pin(V& v) {
#if defined(__AVX512F__)
  asm("" : "+v"(v));
#elif defined(__x86_64__)
  asm("" : "+x"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
}

// A number is computed in float32 or in bfloat16. What a type of numbers says:
//   GROUP     channels that lie side by side in a Cell
//   Cell      GROUP channels of LANES frames, as activations are stored
//   Weight    what a Cell is multiplied with: a weight of each of its channels
//   multiplyAdd(sum, cell, weight)   sum + Σ over the cell's channels of channel · weight
//   product(sum, x, y)               sum + Σ over the cell's channels of x · y
//   join(v)                          GROUP vectors, one a channel, as a cell
//   channel(cell, n)                 the other way round
//   where(y, dy)                     dy where y > 0, channel by channel

struct Float32 {
  static constexpr int GROUP = 1;
  typedef Vector Cell;
  typedef float Weight;
  static INLINE Vector multiplyAdd(Vector sum, Cell cell, Weight weight) { return sum + cell * weight; }
  static INLINE Vector product(Vector sum, Cell x, Cell y) { return sum + x * y; }
  static INLINE Cell join(const Vector* v) { return v[0]; }
  static INLINE Vector channel(Cell cell, int) { return cell; }
  static INLINE Cell where(Cell y, Cell dy) { return ncp::where(y, dy); }
  static Weight weight(const float* ofChannels) { return ofChannels[0]; }
};

#if defined(__AVX512BF16__)
/// Two channels in a 32-bit lane, the even one in its lower half; products are summed in float32 (vdpbf16ps).
struct BFloat16 {
  static constexpr int GROUP = 2;
  typedef Integers Cell;
  typedef uint32_t Weight;
  static INLINE Vector multiplyAdd(Vector sum, Cell cell, Weight weight) {
    return product(sum, cell, (Cell)_mm512_set1_epi32((int)weight));
  }
  static INLINE Vector product(Vector sum, Cell x, Cell y) {
    return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
  }
  /// Rounded to nearest, ties to even.
  static INLINE Cell join(const Vector* v) {
    const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)v[1], (__m512)v[0]); // 16 of v[0], then 16 of v[1]
    alignas(64) static const uint16_t ORDER[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return (Cell)_mm512_permutexvar_epi16(_mm512_load_si512(ORDER), halves);
  }
  static INLINE Vector channel(Cell cell, int n) {
    return (Vector)(n == 0 ? cell << 16 : cell & (int32_t)0xffff0000);
  }
  static INLINE Cell where(Cell y, Cell dy) {
    const __mmask32 positive = _mm512_cmpgt_epi16_mask((__m512i)y, _mm512_setzero_si512());
    return (Cell)_mm512_maskz_mov_epi16(positive, (__m512i)dy);
  }
  static Weight weight(const float* ofChannels) { return half(ofChannels[0]) | (uint32_t)half(ofChannels[1]) << 16; }
  static uint16_t half(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    if (value != value) return (uint16_t)(bits >> 16 | 0x40); // NaN
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
};

/// (c0, c1) at two neighbouring places → c0 at both, c1 at both: pairs of places instead of pairs of channels.
INLINE void pairPlaces(Integers first, Integers second, Integers& c0, Integers& c1) {
  c0 = (Integers)_mm512_mask_blend_epi16(0xaaaaaaaau, (__m512i)first, _mm512_slli_epi32((__m512i)second, 16));
  c1 = (Integers)_mm512_mask_blend_epi16(0xaaaaaaaau, _mm512_srli_epi32((__m512i)first, 16), (__m512i)second);
}
#endif

// LANES × LANES numbers transposed: frames one after the other ↔ a frame in each lane.

template <int STEP, size_t... K> INLINE void exchange(Vector& p, Vector& q, std::index_sequence<K...>) {
  const Vector a = p, b = q;
#if defined(__clang__)
  p = __builtin_shufflevector(a, b, (int)(K & STEP ? LANES + K - STEP : K)...);
  q = __builtin_shufflevector(a, b, (int)(K & STEP ? LANES + K : K + STEP)...);
#else
  p = __builtin_shuffle(a, b, Integers{(int)(K & STEP ? LANES + K - STEP : K)...});
  q = __builtin_shuffle(a, b, Integers{(int)(K & STEP ? LANES + K : K + STEP)...});
#endif
}

/// Blocks of STEP × STEP change places across the diagonal, then smaller ones within them.
template <int STEP = LANES / 2> INLINE void transpose(Vector (&rows)[LANES]) {
  UNROLL for (int n = 0; n < LANES; n++) {
    if (!(n & STEP)) exchange<STEP>(rows[n], rows[n + STEP], std::make_index_sequence<LANES>());
  }
  if constexpr (STEP > 1) transpose<STEP / 2>(rows);
}

} // namespace ncp
