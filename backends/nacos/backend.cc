#include <map>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/nacos/follower.h"
#include "backends/nacos/nacos.h"

namespace signpost {
namespace {

/// What somebody wants, over each life of the follower. On the strand.
class Wishes : public std::enable_shared_from_this<Wishes> {
 public:
  std::weak_ptr<nacos::Follower> following;

  void want(const ServiceKey& key, std::function<void(bool)> done) {
    asking_[key].push_back(std::move(done));
    tell(key);
  }
  void unwant(const ServiceKey& key) {
    asking_.erase(key);
    if (const auto follower = following.lock()) follower->unwant(key);
  }
  /// The follower is a new one.
  void tell_all() {
    for (const auto& [key, done] : asking_) tell(key);
  }

 private:
  void tell(const ServiceKey& key) {
    const auto follower = following.lock();
    if (!follower) return;
    follower->want(key, [weak = weak_from_this(), key](bool there) {
      if (const auto self = weak.lock()) self->reply(key, there);
    });
  }
  void reply(const ServiceKey& key, bool there) {
    const auto found = asking_.find(key);
    if (found == asking_.end()) return;
    for (const auto& done : std::exchange(found->second, {})) done(there);
  }

  std::map<ServiceKey, std::vector<std::function<void(bool)>>> asking_;  // who has not heard yet
};

class NacosBackend final : public Backend {
 public:
  NacosBackend(std::string name, const config::NacosRegistry& options,
               const boost::asio::any_io_executor& executor, const Clock& clock)
      : parts_{std::move(name), options, boost::asio::make_strand(executor), &clock} {}

  std::string_view name() const noexcept override { return parts_.registry; }

  boost::asio::awaitable<void> follow(RegistrySink& sink) override {
    const auto follower = std::make_shared<nacos::Follower>(parts_, sink, counts_);
    boost::asio::post(parts_.strand, [wishes = wishes_, follower] {
      wishes->following = follower;
      wishes->tell_all();
    });
    co_await boost::asio::co_spawn(parts_.strand, follower->run(), boost::asio::use_awaitable);
  }

  void list_again() override {
    boost::asio::post(parts_.strand, [wishes = wishes_] {
      if (const auto follower = wishes->following.lock()) follower->list_again();
    });
  }

  void want(const ServiceKey& key, std::function<void(bool)> done) override {
    boost::asio::post(parts_.strand, [wishes = wishes_, key, done = std::move(done)]() mutable {
      wishes->want(key, std::move(done));
    });
  }

  void unwant(const ServiceKey& key) override {
    boost::asio::post(parts_.strand, [wishes = wishes_, key] { wishes->unwant(key); });
  }

  void second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done) override {
    boost::asio::post(parts_.strand,
                      [wishes = wishes_, question = std::move(question), done = std::move(done)]() mutable {
                        if (const auto follower = wishes->following.lock())
                          follower->second_opinion(std::move(question), std::move(done));
                      });
  }

  std::vector<BackendCount> counts() const override { return counts_.all(); }

 private:
  nacos::FollowerParts parts_;
  follow::Counts counts_;
  std::shared_ptr<Wishes> wishes_ = std::make_shared<Wishes>();
};

}  // namespace

std::unique_ptr<Backend> make_nacos_backend(std::string name, const config::NacosRegistry& options,
                                            boost::asio::any_io_executor executor, const Clock& clock) {
  return std::make_unique<NacosBackend>(std::move(name), options, executor, clock);
}

}  // namespace signpost
