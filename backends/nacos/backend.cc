#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/nacos/follower.h"
#include "backends/nacos/nacos.h"

namespace signpost {
namespace {

class NacosBackend final : public Backend {
 public:
  NacosBackend(std::string name, const config::NacosRegistry& options,
               const boost::asio::any_io_executor& executor, const Clock& clock)
      : parts_{std::move(name), options, boost::asio::make_strand(executor), &clock} {}

  std::string_view name() const noexcept override { return parts_.registry; }

  boost::asio::awaitable<void> follow(RegistrySink& sink) override {
    const auto follower = std::make_shared<nacos::Follower>(parts_, sink, counts_);
    following_ = follower;
    co_await boost::asio::co_spawn(parts_.strand, follower->run(), boost::asio::use_awaitable);
  }

  void list_again() override {
    boost::asio::post(parts_.strand, [following = following_] {
      if (const auto follower = following.lock()) follower->list_again();
    });
  }

  void want(const ServiceKey& key, std::function<void(bool)> done) override {
    boost::asio::post(parts_.strand, [following = following_, key, done = std::move(done)]() mutable {
      if (const auto follower = following.lock()) follower->want(key, std::move(done));
    });
  }

  void unwant(const ServiceKey& key) override {
    boost::asio::post(parts_.strand, [following = following_, key] {
      if (const auto follower = following.lock()) follower->unwant(key);
    });
  }

  std::vector<BackendCount> counts() const override { return counts_.all(); }

 private:
  nacos::FollowerParts parts_;
  follow::Counts counts_;
  std::weak_ptr<nacos::Follower> following_;
};

}  // namespace

std::unique_ptr<Backend> make_nacos_backend(std::string name, const config::NacosRegistry& options,
                                            boost::asio::any_io_executor executor, const Clock& clock) {
  return std::make_unique<NacosBackend>(std::move(name), options, executor, clock);
}

}  // namespace signpost
