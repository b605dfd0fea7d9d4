#include "tests/support/fake_apiserver/kube_store.h"

#include <algorithm>
#include <charconv>

namespace signpost::tests {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// Cuts the text up to the next `by` off its front.
std::string_view cut(std::string_view& text, char by) {
  const auto at = std::min(text.find(by), text.size());
  const auto part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

bool meets(std::string_view term, const Labels& labels) {
  const auto equals = term.find('=');
  if (equals == std::string_view::npos) {
    const bool absent = term.starts_with('!');
    return labels.contains(std::string(term.substr(absent ? 1 : 0))) != absent;
  }
  const bool unequal = equals > 0 && term[equals - 1] == '!';
  auto value = term.substr(equals + 1);
  if (value.starts_with('=')) value.remove_prefix(1);
  const auto found = labels.find(std::string(term.substr(0, equals - (unequal ? 1 : 0))));
  return (found != labels.end() && found->second == value) != unequal;
}

bool shows(const KubeQuery& query, const KubeObject& object) {
  if (!query.space.empty() && query.space != object.space) return false;
  auto fields = object.fields;
  fields["metadata.name"] = object.name;
  fields["metadata.namespace"] = object.space;
  return selects(query["labelSelector"], object.labels) && selects(query["fieldSelector"], fields);
}

std::string bookmark_line(std::uint64_t version, std::string_view annotations = "") {
  return kube_event("BOOKMARK", R"({"kind":"Any","metadata":{"resourceVersion":")" + std::to_string(version) +
                                    R"(","creationTimestamp":null)" + std::string(annotations) +
                                    R"(},"spec":{}})");
}

}  // namespace

std::string kube_status(int code, std::string_view reason, std::string_view details) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"said so","reason":")" +
         std::string(reason) + R"(",)" + std::string(details) + R"("code":)" + std::to_string(code) + "}";
}

std::string kube_event(std::string_view type, std::string_view object) {
  return R"({"type":")" + std::string(type) + R"(","object":)" + std::string(object) + "}\n";
}

bool selects(std::string_view selector, const Labels& labels) {
  while (!selector.empty()) {
    if (!meets(cut(selector, ','), labels)) return false;
  }
  return true;
}

KubeQuery::KubeQuery(std::string_view target) {
  auto path = cut(target, '?');
  const auto at = path.find("/namespaces/");
  const auto slash = at == std::string_view::npos ? at : path.find('/', at + 12);
  if (slash != std::string_view::npos) {
    space = path.substr(at + 12, slash - at - 12);
    resource = std::string(path.substr(0, at)) + std::string(path.substr(slash));
  } else {
    resource = path;
  }
  while (!target.empty()) {
    auto pair = cut(target, '&');
    const auto name = std::string(cut(pair, '='));
    parameters[name] = decoded(pair);
  }
}

const std::string& KubeQuery::operator[](const std::string& name) const {
  static const std::string kNone;
  const auto found = parameters.find(name);
  return found == parameters.end() ? kNone : found->second;
}

std::string KubeObject::json() const {
  std::string text = R"({"metadata":{"name":")" + name + R"(","uid":")" + uid + R"(","resourceVersion":")" +
                     std::to_string(version) + "\"";
  if (!space.empty()) text += R"(,"namespace":")" + space + "\"";
  const auto add = [&](const char* key, const Labels& all) {
    if (all.empty()) return;
    text += std::string(",\"") + key + "\":";
    for (const auto& [name_of, value] : all)
      text += (name_of == all.begin()->first ? "{\"" : ",\"") + name_of + "\":\"" + value + "\"";
    text += "}";
  };
  add("labels", labels);
  add("annotations", annotations);
  return text + "}" + (rest.empty() ? "}" : "," + rest + "}");
}

std::uint64_t KubeStore::put(const std::string& resource, const std::string& space, const std::string& name,
                             std::string rest, Labels labels, Told told, Labels annotations) {
  auto& in = resources_[resource];
  auto& place = in.objects[{space, name}];
  KubeObject object{space,
                    name,
                    place ? place->uid : "u" + std::to_string(++made_),
                    std::move(labels),
                    {},
                    std::move(rest),
                    ++version_,
                    std::move(annotations)};
  auto after = std::make_shared<const KubeObject>(std::move(object));
  if (told == Told::Yes) in.history.push_back({version_, place, after});
  place = std::move(after);
  return version_;
}

bool KubeStore::remove(const std::string& resource, const std::string& space, const std::string& name,
                       Told told) {
  auto& in = resources_[resource];
  const auto found = in.objects.find({space, name});
  if (found == in.objects.end()) return false;
  ++version_;
  if (told == Told::Yes) in.history.push_back({version_, found->second, nullptr});
  in.objects.erase(found);
  return true;
}

const KubeObject* KubeStore::find(const std::string& resource, const std::string& space,
                                  const std::string& name) const {
  const auto in = resources_.find(resource);
  if (in == resources_.end()) return nullptr;
  const auto found = in->second.objects.find({space, name});
  return found == in->second.objects.end() ? nullptr : found->second.get();
}

std::vector<const KubeObject*> KubeStore::objects(const std::string& resource) const {
  std::vector<const KubeObject*> all;
  if (const auto in = resources_.find(resource); in != resources_.end()) {
    for (const auto& [key, object] : in->second.objects) all.push_back(object.get());
  }
  return all;
}

/// As it was at that version: what came later is taken back.
std::vector<KubeStore::Shared> KubeStore::selected(const KubeQuery& query, std::uint64_t at) const {
  const auto& in = resources_.at(query.resource);
  auto objects = in.objects;
  for (auto change = in.history.rbegin(); change != in.history.rend() && change->version > at; ++change) {
    const auto& known = change->after ? change->after : change->before;
    objects[{known->space, known->name}] = change->before;
  }
  std::vector<Shared> all;
  for (const auto& [key, object] : objects) {
    if (object && shows(query, *object)) all.push_back(object);
  }
  return all;
}

KubeAnswer KubeStore::list(const KubeQuery& query) {
  if (!resources_.contains(query.resource))
    return {404, "404 page not found", "Content-Type: text/plain\r\n"};
  const auto wanted = number(query["limit"]);
  const auto limit = std::min(page_max, wanted == 0 ? page_max : static_cast<std::size_t>(wanted));
  if (const auto& token = query["continue"]; !token.empty()) {
    const auto dot = token.find('.');
    return page(token.substr(0, dot), number(std::string_view(token).substr(dot + 1)), limit);
  }
  if (!query["resourceVersionMatch"].empty() && number(query["resourceVersion"]) > version_) {
    const auto causes =
        R"("details":{"retryAfterSeconds":1,"causes":[{"reason":"ResourceVersionTooLarge"}]},)";
    return {504, kube_status(504, "Timeout", causes)};
  }
  const bool exact = query["resourceVersionMatch"] == "Exact";
  const auto at = exact ? number(query["resourceVersion"]) : version_;
  if (at < oldest_) return {410, kube_status(410, "Expired")};
  const auto token = "t" + std::to_string(++made_);
  pages_[token] = {selected(query, at), at};
  return page(token, 0, limit);
}

KubeAnswer KubeStore::page(const std::string& token, std::size_t from, std::size_t limit) {
  const auto found = pages_.find(token);
  if (found == pages_.end()) return {410, kube_status(410, "Expired")};
  const auto& [objects, version] = found->second;
  const auto end = std::min(from + limit, objects.size());
  std::string items;
  for (auto at = from; at < end; ++at) items += (at == from ? "" : ",") + objects[at]->json();
  auto body =
      R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":")" + std::to_string(version) + "\"";
  if (end < objects.size()) {
    body += R"(,"continue":")" + token + "." + std::to_string(end) + "\"";
  } else {
    pages_.erase(found);
  }
  return {200, body + R"(},"items":[)" + items + "]}\n"};
}

std::variant<KubeAnswer, KubeWatch> KubeStore::watch(const KubeQuery& query) const {
  if (!resources_.contains(query.resource)) {
    return KubeAnswer{404, "404 page not found", "Content-Type: text/plain\r\n"};
  }
  const auto from = number(query["resourceVersion"]);
  const bool streaming = query["sendInitialEvents"] == "true" && streaming_lists != StreamingLists::Ignored;
  if (streaming && streaming_lists == StreamingLists::Refused) {
    return KubeAnswer{422, kube_status(422, "Invalid")};
  }
  KubeWatch watch{query, from, "", false};
  if (from > version_) {  // no such version yet: real servers wait 3 s and give up (K3)
    const auto causes =
        R"("details":{"retryAfterSeconds":1,"causes":[{"reason":"ResourceVersionTooLarge"}]},)";
    return KubeAnswer{504, kube_status(504, "Timeout", causes)};
  }
  if (streaming || from == 0) {
    watch.first = initial(query, streaming && streaming_lists == StreamingLists::Served);
    watch.seen = version_;
  } else if (from < oldest_) {
    watch.first = kube_event("ERROR", kube_status(410, "Expired"));
    watch.expired = true;
  }
  return watch;
}

std::string KubeStore::initial(const KubeQuery& query, bool marked) const {
  std::string lines;
  for (const auto& object : selected(query)) lines += kube_event("ADDED", object->json());
  if (marked) lines += bookmark_line(version_, R"(,"annotations":{"k8s.io/initial-events-end":"true"})");
  return lines;
}

/// What a selector sees of a change: what leaves it is deleted, what enters it is added (K33).
std::string KubeStore::line(const KubeQuery& query, const Change& change) const {
  const bool before = change.before && shows(query, *change.before);
  const bool after = change.after && shows(query, *change.after);
  if (after) return kube_event(before ? "MODIFIED" : "ADDED", change.after->json());
  if (!before) return {};
  auto last = *change.before;
  last.version = change.version;
  return kube_event("DELETED", last.json());
}

std::string KubeStore::read(KubeWatch& watch, std::size_t events) const {
  auto lines = std::exchange(watch.first, {});
  const auto in = resources_.find(watch.query.resource);
  if (watch.expired || in == resources_.end()) return lines;
  const auto& history = in->second.history;
  auto next = std::partition_point(history.begin(), history.end(),
                                   [&](const Change& change) { return change.version <= watch.seen; });
  for (; next != history.end() && events > 0; ++next) {
    const auto text = line(watch.query, *next);
    lines += text;
    events -= text.empty() ? 0 : 1;
    watch.seen = next->version;
  }
  return lines;
}

std::string KubeStore::bookmark(KubeWatch& watch) const {
  auto lines = read(watch);
  watch.seen = std::max(watch.seen, version_);
  return lines + bookmark_line(watch.seen);
}

std::size_t KubeStore::behind(const KubeWatch& watch) const {
  const auto in = resources_.find(watch.query.resource);
  if (in == resources_.end()) return 0;
  const auto& history = in->second.history;
  const auto next = std::partition_point(history.begin(), history.end(),
                                         [&](const Change& change) { return change.version <= watch.seen; });
  return static_cast<std::size_t>(history.end() - next);
}

void KubeStore::forget_history() {
  oldest_ = version_;
  for (auto& [name, resource] : resources_) resource.history.clear();
}

}  // namespace signpost::tests
