#include "head.hpp"
#include <chrono>
#include <cstdio>
#include <ctime>
using namespace ncp;
int main(int argc, char** argv) {
  int threads = argc > 1 ? atoi(argv[1]) : 1, n = argc > 2 ? atoi(argv[2]) : 320, reps = argc > 3 ? atoi(argv[3]) : 5;
  std::vector<uint8_t> f((size_t)n * FRAME_NUMBERS);
  for (size_t i = 0; i < f.size(); i++) f[i] = (uint8_t)((i * 2654435761u) >> 13);
  Pool pool(threads);
#ifdef BF
  Head<BFloat16> head(pool);
#else
  Head<Float32> head(pool);
#endif
  auto sizes = head.weightSizes(); std::vector<float> w; for (size_t s : sizes) w.resize(w.size() + s);
  for (size_t i = 0; i < w.size(); i++) w[i] = ((i * 40503u >> 3) % 255 / 255.f - .5f) * .15f;
  std::vector<float> g(w.size()), out(n * 32), d(n * 32);
  for (size_t i = 0; i < d.size(); i++) d[i] = (i * 2654435761u >> 9) % 101 / 50.f - 1;
  std::vector<const float*> wp; std::vector<float*> gp; size_t at = 0; for (size_t s : sizes) { wp.push_back(&w[at]); gp.push_back(&g[at]); at += s; }
  auto cpu = [] { timespec t; clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return t.tv_sec + t.tv_nsec * 1e-9; };
  double f1 = 1e9, b1 = 1e9, i1 = 1e9;
  for (int r = 0; r < reps; r++) {
    double a = cpu(); head.forward({f.data(), true, n}, wp.data(), nullptr, out.data()); double b = cpu(); head.backward(wp.data(), d.data(), gp.data()); double c = cpu();
    head.infer({f.data(), true, n}, wp.data(), out.data()); double e = cpu();
    if (b - a < f1) f1 = b - a; if (c - b < b1) b1 = c - b; if (e - c < i1) i1 = e - c;
  }
  double s = 0, so = 0; for (float x : g) s += fabs(x); for (float x : out) so += x;
  printf("threads %d frames %d forward %.1f infer %.1f backward %.1f ms cpu, checksum %.6g out %.6g\n", threads, n, f1 * 1e3, i1 * 1e3, b1 * 1e3, s, so);
}
