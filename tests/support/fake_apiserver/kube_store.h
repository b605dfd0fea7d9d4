// What an apiserver keeps and says, without sockets and clock: objects, one version counter, history, pages,
// watches.
//
// The life of a change: put() or remove() gives it the next version and a line of history; every Watch that
// was begun reads from there what its namespace and selectors let through. forget_history() is what
// compaction does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace signpost::tests {

using Labels = std::map<std::string, std::string>;

/// A request's target in its parts: "/api/v1/namespaces/shop/services?watch=1" is `services` of `shop`.
struct KubeQuery {
  explicit KubeQuery(std::string_view target);
  std::string resource;                           // "/api/v1/services", wherever it was asked
  std::string space;                              // namespace; empty: all
  std::map<std::string, std::string> parameters;  // decoded
  const std::string& operator[](const std::string& name) const;
  bool watch() const { return (*this)["watch"] == "1" || (*this)["watch"] == "true"; }
};

/// "a=b,c!=d,e,!f" against labels or fields.
bool selects(std::string_view selector, const Labels& labels);

struct KubeObject {
  std::string space;
  std::string name;
  std::string uid;
  Labels labels;
  Labels fields;     // what a field selector may ask, beside metadata.name and metadata.namespace
  std::string rest;  // JSON members after metadata: "\"spec\":{...}"
  std::uint64_t version = 0;
  Labels annotations = {};
  std::string json() const;
};

/// A response that is whole at once.
struct KubeAnswer {
  int status = 200;
  std::string body;
  std::string headers = "Content-Type: application/json\r\n";
};

/// The place of one watch in a store's history.
struct KubeWatch {
  KubeQuery query;
  std::uint64_t seen = 0;
  std::string first;     // lines that come before all events
  bool expired = false;  // `first` is an error, and nothing follows
};

/// How it treats sendInitialEvents (K26).
enum class StreamingLists : std::uint8_t {
  Served,
  Refused,   // 422, as servers whose feature is off
  Ignored,   // as servers before 1.27: all objects from the version 0 on, no mark
  Markless,  // the objects come, the mark never does
};

/// Copyable: a copy is a server that lags behind (K20).
class KubeStore {
 public:
  enum class Told : bool { No, Yes };  // No: watches never hear of it (K24)

  /// Declares a resource: what is not declared is 404.
  void serve(const std::string& resource) { resources_[resource]; }
  void stop_serving(const std::string& resource) { resources_.erase(resource); }

  /// Makes or replaces; returns the version. A new object gets a new uid.
  std::uint64_t put(const std::string& resource, const std::string& space, const std::string& name,
                    std::string rest, Labels labels = {}, Told told = Told::Yes, Labels annotations = {});
  /// False: there was none.
  bool remove(const std::string& resource, const std::string& space, const std::string& name,
              Told told = Told::Yes);
  const KubeObject* find(const std::string& resource, const std::string& space,
                         const std::string& name) const;
  /// All of it, sorted by namespace and name.
  std::vector<const KubeObject*> objects(const std::string& resource) const;

  KubeAnswer list(const KubeQuery& query);
  /// From there read() goes on; or the refusal.
  std::variant<KubeAnswer, KubeWatch> watch(const KubeQuery& query) const;
  /// The lines that are new to this watch, at most `events` of them; `first` comes before.
  std::string read(KubeWatch& watch, std::size_t events = std::size_t(-1)) const;
  /// A bookmark at the newest version; what read() has not given yet is given first.
  std::string bookmark(KubeWatch& watch) const;
  std::size_t behind(const KubeWatch& watch) const;

  void forget_history();
  void expire_tokens() { pages_.clear(); }
  std::uint64_t version() const noexcept { return version_; }
  /// Also back: what a restored etcd does (K21). Objects keep theirs.
  void set_version(std::uint64_t version) noexcept { version_ = version; }

  std::size_t page_max = 500;  // a page is never larger, whatever limit says
  StreamingLists streaming_lists = StreamingLists::Served;

 private:
  using Key = std::pair<std::string, std::string>;
  using Shared = std::shared_ptr<const KubeObject>;
  struct Change {
    std::uint64_t version;
    Shared before;  // null: it was made
    Shared after;   // null: it was deleted
  };
  struct Resource {
    std::map<Key, Shared> objects;
    std::vector<Change> history;
  };
  struct Pages {
    std::vector<Shared> objects;
    std::uint64_t version;
  };

  std::vector<Shared> selected(const KubeQuery& query) const { return selected(query, version_); }
  std::vector<Shared> selected(const KubeQuery& query, std::uint64_t at) const;
  KubeAnswer page(const std::string& token, std::size_t from, std::size_t limit);
  std::string line(const KubeQuery& query, const Change& change) const;
  std::string initial(const KubeQuery& query, bool marked) const;

  std::map<std::string, Resource> resources_;
  std::map<std::string, Pages> pages_;  // lists under way, by the first part of their tokens
  std::uint64_t version_ = 1;
  std::uint64_t oldest_ = 0;  // watches from before are gone
  std::uint64_t made_ = 0;    // objects and tokens
};

/// A v1 Status; `details` is JSON of further members, each with a comma at its end.
std::string kube_status(int code, std::string_view reason, std::string_view details = "");
std::string kube_event(std::string_view type, std::string_view object);

}  // namespace signpost::tests
