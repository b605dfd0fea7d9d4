#include "backends/kubernetes/api_target.h"

namespace signpost::kubernetes {
namespace {

constexpr std::string_view kPageSize = "500";

/// RFC 3986: everything but the unreserved characters. Tokens are base64 with = and +.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return out;
}

struct Place {
  std::string_view group;
  std::string_view plural;
};

Place place_of(Kind kind) {
  switch (kind) {
    case Kind::Service:
      return {"/api/v1", "services"};
    case Kind::EndpointSlice:
      return {"/apis/discovery.k8s.io/v1", "endpointslices"};
    case Kind::Pod:
      return {"/api/v1", "pods"};
    case Kind::Namespace:
      return {"/api/v1", "namespaces"};
    case Kind::Import:
      return {"/apis/multicluster.x-k8s.io/v1alpha1", "serviceimports"};
    case Kind::Node:
      return {"/api/v1", "nodes"};
    case Kind::Endpoints:
      break;
  }
  return {"/api/v1", "endpoints"};
}

std::string path(Kind kind, const Selection& selection) {
  const auto [group, plural] = place_of(kind);
  std::string text(group);
  if (!selection.space.empty()) text.append("/namespaces/").append(percent_encoded(selection.space));
  return text.append("/").append(plural);
}

std::string selectors(const Selection& selection) {
  std::string text;
  if (!selection.labels.empty()) text += "&labelSelector=" + percent_encoded(selection.labels);
  if (!selection.fields.empty()) text += "&fieldSelector=" + percent_encoded(selection.fields);
  return text;
}

}  // namespace

std::string list_target(Kind kind, const Selection& selection, std::string_view token, ListFrom from,
                        Revision revision) {
  auto target = path(kind, selection).append("?limit=").append(kPageSize) + selectors(selection);
  if (!token.empty()) return target + "&continue=" + percent_encoded(token);
  if (from == ListFrom::Newest) return target;
  return target + "&resourceVersion=" + std::to_string(revision) +
         "&resourceVersionMatch=" + (from == ListFrom::Exact ? "Exact" : "NotOlderThan");
}

std::string watch_target(Kind kind, const Selection& selection, Revision revision, std::uint64_t seconds) {
  return path(kind, selection) +
         "?watch=1&allowWatchBookmarks=true&resourceVersion=" + std::to_string(revision) +
         "&timeoutSeconds=" + std::to_string(seconds) + selectors(selection);
}

std::string stream_target(Kind kind, const Selection& selection, ListFrom from, Revision revision,
                          std::uint64_t seconds) {
  auto target = path(kind, selection) +
                "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
  if (from == ListFrom::NotOlder) target += "&resourceVersion=" + std::to_string(revision);
  return target + "&timeoutSeconds=" + std::to_string(seconds) + selectors(selection);
}

}  // namespace signpost::kubernetes
