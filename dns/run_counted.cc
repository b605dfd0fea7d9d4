#include "dns/run_counted.h"

#include <chrono>
#include <ctime>

#include <boost/asio/io_context.hpp>

namespace signpost {
namespace {

Duration processor_time() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

void run_counted(boost::asio::io_context& context, const Clock& clock, SharedDurations& steps) {
  while (!context.stopped()) {
    const auto began = clock.now();
    if (context.poll_one() > 0) {
      steps.count(clock.now() - began);
      continue;
    }
    const auto used = processor_time();
    if (context.run_one() == 0) return;
    steps.count(processor_time() - used);
  }
}

}  // namespace signpost
