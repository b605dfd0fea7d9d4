// The thin shell: carries out what the sessions ask for, for as long as one follow() runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "backends/follow/counts.h"
#include "backends/registry/backend.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

struct FollowerParts {
  std::string registry;
  config::NacosRegistry options;
  boost::asio::any_io_executor strand;
  const Clock* clock = nullptr;
};

/// Everything on the strand.
class Follower {
 public:
  Follower(const FollowerParts& parts, RegistrySink& sink, follow::Counts& counts);
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// Until cancelled (terminal). Must be awaited to its end before the destructor.
  boost::asio::awaitable<void> run();
  /// On the strand, while run() runs: Backend::list_again().
  void list_again();
  /// On the strand: Backend::want() and unwant().
  void want(const ServiceKey& key, std::function<void(bool there)> done);
  void unwant(const ServiceKey& key);
  /// On the strand: Backend::second_opinion().
  void second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace signpost::nacos
