// What the hand-written peers share: reading the data, running a piece of work many times, telling how long that took.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

using Array = std::vector<double>;
using Data = std::vector<Array>;

/** A piece of work: how many numbers result, and how to compute them once. */
struct Work {
  std::size_t size;
  std::function<void(double*)> run;
};
using Works = std::map<std::string, Work>;

/** What a problem can do with its data: "primal" and "derivative", as fast as they get by hand; where that took sums or products in another
 * order, also "primal, straight" and "derivative, straight", in the order of the function. Each problem defines this; what the works point
 * to lives as long as the process. */
Works prepare(const Data& data);

/** Keeps the compiler from moving work out of the loop that measures it. */
inline void touch(const void* p) { asm volatile("" : : "r"(p) : "memory"); }

/** A file of float64: how many arrays; and for each how many numbers, and these. */
inline Data read(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  auto next = [&] {
    double x;
    if (file == nullptr || std::fread(&x, sizeof x, 1, file) != 1) {
      std::fprintf(stderr, "%s is not a data file.\n", path);
      std::exit(2);
    }
    return x;
  };
  Data data(static_cast<std::size_t>(next()));
  for (Array& array : data) {
    array.resize(static_cast<std::size_t>(next()));
    for (double& x : array) x = next();
  }
  std::fclose(file);
  return data;
}

/** Nanoseconds that the processor has spent on this process. */
inline double processor_time() { return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC); }

/** `problem data work repeats [result]` prints how many nanoseconds all repeats took, on the wall and of the processor's time, and writes
 * the result of the last. */
int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "Usage: %s data work repeats [result]\n", argv[0]);
    return 2;
  }
  const Data data = read(argv[1]);
  const Works works = prepare(data);
  const auto found = works.find(argv[2]);
  if (found == works.end()) {
    std::fprintf(stderr, "No work is called %s.\n", argv[2]);
    return 2;
  }
  const Work& work = found->second;
  const long repeats = std::atol(argv[3]);
  Array out(work.size);

  using clock = std::chrono::steady_clock;
  // Once, so that memory is there and caches are filled.
  work.run(out.data());
  touch(out.data());
  const double processor = processor_time();
  const auto begin = clock::now();
  for (long i = 0; i < repeats; i++) {
    work.run(out.data());
    touch(out.data());
  }
  const std::chrono::duration<double, std::nano> time = clock::now() - begin;
  std::printf("%.17g %.17g\n", time.count(), processor_time() - processor);

  if (argc > 4) {
    std::FILE* file = std::fopen(argv[4], "wb");
    if (file == nullptr || std::fwrite(out.data(), sizeof(double), out.size(), file) != out.size()) return 2;
    std::fclose(file);
  }
  return 0;
}
