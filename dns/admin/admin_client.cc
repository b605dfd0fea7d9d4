#include "dns/admin/admin_client.h"

#include <memory>

#include <curl/curl.h>

namespace signpost::admin {
namespace {

/// libcurl calls it with pieces of the body.
std::size_t append(char* octets, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(octets, size * count);
  return size * count;
}

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

/// `where`: for the error; `hint`: what else to say when nobody listens there.
Result<AdminReply> perform(CURL* handle, const std::string& url, std::chrono::seconds patience,
                           const std::string& where, const char* hint) {
  AdminReply reply;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(patience.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience.count()));
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply.body);
  if (const auto code = curl_easy_perform(handle); code != CURLE_OK)
    return Error{where + ": " + curl_easy_strerror(code) + (code == CURLE_COULDNT_CONNECT ? hint : "")};
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<unsigned>(status);
  return reply;
}

}  // namespace

Result<AdminReply> ask(const std::string& socket_path, const std::string& method, const std::string& target,
                       std::chrono::seconds patience) {
  const Handle curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return Error{"libcurl cannot start"};
  if (curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str()) != CURLE_OK) {
    return Error{"unix:" + socket_path + ": the path of a Unix socket takes at most 107 octets"};
  }
  if (method == "POST") {
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, "");
  }
  return perform(curl.get(), "http://signpost" + target, patience, "unix:" + socket_path,
                 "; is signpost running, is this its listen.admin, and may this user open it?");
}

Result<AdminReply> get(const std::string& url, std::chrono::seconds patience) {
  const Handle curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return Error{"libcurl cannot start"};
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(patience.count()));
  return perform(curl.get(), url, patience, url, "");
}

}  // namespace signpost::admin
