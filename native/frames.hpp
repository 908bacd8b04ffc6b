// Frames as they come, one after the other [78][200][3], into the first layer's input: standardised, a frame in each lane.
#pragma once
#include "layout.hpp"

namespace ncp {

constexpr int FRAME_HEIGHT = 78, FRAME_WIDTH = 200, FRAME_CHANNELS = 3, FRAME_NUMBERS = FRAME_HEIGHT * FRAME_WIDTH * FRAME_CHANNELS;

/// Sums of a row in float32, of the rows in float64: a single float32 sum of 46,800 numbers would lose three digits.
template <class T, class F> double sumOfFrame(const T* frame, F f) {
  constexpr int ROW = FRAME_WIDTH * FRAME_CHANNELS;
  double sum = 0;
  for (int y = 0; y < FRAME_HEIGHT; y++, frame += ROW) {
    float parts[16] = {};
    for (int i = 0; i + 16 <= ROW; i += 16) {
      for (int k = 0; k < 16; k++) parts[k] += f((float)frame[i + k]);
    }
    for (int i = ROW / 16 * 16; i < ROW; i++) parts[i % 16] += f((float)frame[i]);
    for (float part : parts) sum += part;
  }
  return sum;
}

/// (x − mean) / max(deviation, 255/√46800): docs/pipeline.md §3. Written so that NaN comes through.
template <class T> void meanAndScale(const T* frame, float& mean, float& scale) {
  const float m = (float)(sumOfFrame(frame, [](float x) { return x; }) / FRAME_NUMBERS);
  const float variance = (float)(sumOfFrame(frame, [m](float x) { return (x - m) * (x - m); }) / FRAME_NUMBERS);
  const float deviation = sqrtf(variance), floor = 255 / sqrtf((float)FRAME_NUMBERS);
  mean = m;
  scale = 1 / (deviation < floor ? floor : deviation);
}

INLINE Vector lanesFrom(const float* numbers) {
  Vector v;
  memcpy(&v, numbers, sizeof v);
  return v;
}

INLINE Vector lanesFrom(const uint8_t* numbers) {
  typedef uint8_t Bytes __attribute__((vector_size(LANES)));
  Bytes bytes;
  memcpy(&bytes, numbers, sizeof bytes);
  return __builtin_convertvector(__builtin_convertvector(bytes, Integers), Vector);
}

/// @param frames `count` of them, 1..LANES; the lanes beyond repeat the first, so that no lane computes on nonsense
template <class Number, class Input, class T> void packFrames(const T* const* frames, int count, typename Number::Cell* input) {
  static_assert(FRAME_NUMBERS % LANES == 0, "");
  constexpr int GROUP = Number::GROUP;
  float means[LANES], scales[LANES];
  for (int lane = 0; lane < LANES; lane++) {
    if (lane < count) meanAndScale(frames[lane], means[lane], scales[lane]);
    else means[lane] = means[0], scales[lane] = scales[0];
  }
  Vector mean, scale;
  memcpy(&mean, means, sizeof mean);
  memcpy(&scale, scales, sizeof scale);
  Vector channels[Input::GROUPS * GROUP] = {};
  int c = 0, x = 0, y = 0; // of the next number
  for (int i = 0; i < FRAME_NUMBERS; i += LANES) {
    Vector numbers[LANES];
    for (int lane = 0; lane < LANES; lane++) numbers[lane] = lanesFrom(frames[lane < count ? lane : 0] + i);
    transpose(numbers);
    for (int n = 0; n < LANES; n++) {
      channels[c] = (numbers[n] - mean) * scale;
      if (++c < FRAME_CHANNELS) continue;
      typename Number::Cell* place = input + (y + Input::TOP) * Input::ROW + Input::column(x);
      for (int group = 0; group < Input::GROUPS; group++) place[group * Input::PLANE] = Number::join(channels + group * GROUP);
      c = 0;
      if (++x == FRAME_WIDTH) x = 0, y++;
    }
  }
}

} // namespace ncp
