// Threads that wait without spinning, and teams of them that work on the same block.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ncp {

/// All `size` threads meet: nobody goes on before the last one is there.
class Barrier {
  std::mutex mutex;
  std::condition_variable there;
  int waiting = 0;
  unsigned round = 0;

public:
  int size = 1;
  void meet() {
    if (size == 1) return;
    std::unique_lock<std::mutex> lock(mutex);
    const unsigned mine = round;
    if (++waiting == size) {
      waiting = 0;
      round++;
      there.notify_all();
    } else {
      there.wait(lock, [&] { return round != mine; });
    }
  }
};

/// One thread's place among those that share a block: which rows are its, and where it meets the others.
struct Team {
  int rank, size;
  Barrier* barrier;
  void meet() const { barrier->meet(); }
  /// First of `count` things that belong to this thread; those of the next begin at `first(count, 1)`. Always in units of `unit`.
  int first(int count, int next = 0, int unit = 1) const {
    const int units = (count + unit - 1) / unit;
    const int at = (int)((long)units * (rank + next) / size) * unit;
    return at < count ? at : count;
  }
};

class Pool {
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake, ended;
  std::function<void(int)> job;
  unsigned round = 0;
  int running = 0;
  bool stopping = false;

  void work(int rank) {
    unsigned seen = 0;
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stopping || round != seen; });
      if (stopping) return;
      seen = round;
      lock.unlock();
      job(rank);
      lock.lock();
      if (--running == 0) ended.notify_one();
    }
  }

public:
  const int size;

  /// The thread that calls `run` is one of them.
  explicit Pool(int size_) : size(size_) {
    for (int rank = 1; rank < size; rank++) threads.emplace_back([this, rank] { work(rank); });
  }

  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  /// The job in every thread, by its number; returns when all have ended.
  void run(const std::function<void(int)>& given) {
    if (size == 1) return given(0);
    {
      std::lock_guard<std::mutex> lock(mutex);
      job = given;
      round++;
      running = size - 1;
    }
    wake.notify_all();
    given(0);
    std::unique_lock<std::mutex> lock(mutex);
    ended.wait(lock, [&] { return running == 0; });
  }

  /// `count` things in contiguous parts, one a thread.
  void split(int count, const std::function<void(int first, int end)>& part) {
    run([&](int rank) {
      const int first = (int)((long)count * rank / size), end = (int)((long)count * (rank + 1) / size);
      if (first < end) part(first, end);
    });
  }
};

} // namespace ncp
