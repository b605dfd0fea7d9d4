#include "dns/page/page.h"

#include <utility>

namespace signpost::page {
namespace {

using admin::HttpReply;
using admin::HttpRequest;
using admin::ReplyTo;

/// `style` is ours and stands in the document; nothing else may be loaded, run, sent or framed.
HttpReply html_reply(unsigned status, std::string document) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = "text/html; charset=utf-8";
  reply.body = std::move(document);
  reply.headers = {{"Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
                    "frame-ancestors 'none'"},
                   {"Referrer-Policy", "no-referrer"}};
  return reply;
}

std::string parameter(const HttpRequest& request, std::string_view name) {
  return std::string(request.parameter(name).value_or(""));
}

void show_overview(admin::Admin& admin, const ReplyTo& reply) {
  admin.status([reply](std::optional<admin::StatusReport> status) {
    if (!status) return reply(html_reply(503, trouble_page("the builder did not answer within 1 s")));
    reply(admin::later([status = std::move(*status)] { return html_reply(200, overview(status)); }));
  });
}

void show_zone(const BrowseSource& browse, const HttpRequest& request, const ReplyTo& reply) {
  const Wanted wanted{parameter(request, "name"), parameter(request, "holds"), parameter(request, "after")};
  reply(admin::later([wanted, look = browse(wanted)] {
    const auto page = look();
    return page ? html_reply(200, zone_page(*page, wanted))
                : html_reply(404, trouble_page(page.error().message));
  }));
}

void show_explanation(admin::Admin& admin, const HttpRequest& request, const ReplyTo& reply) {
  const Asked asked{parameter(request, "name"), parameter(request, "type"), parameter(request, "client")};
  if (asked.name.empty()) return reply(html_reply(200, explain_form(asked, {})));
  admin.explain({asked.name, asked.type, asked.client}, [asked, reply](Result<Later<Explanation>> told) {
    if (!told) return reply(html_reply(400, explain_form(asked, told.error().message)));
    reply(admin::later(
        [asked, told = std::move(*told)] { return html_reply(200, explain_page(asked, told())); }));
  });
}

}  // namespace

void add_page(admin::Admin& admin, BrowseSource browse) {
  const auto add = [&](const char* path, admin::Handler handler) {
    admin.add(admin::Door::Page, path, std::move(handler));
  };
  add("/", [&admin](const auto&, auto reply) { show_overview(admin, reply); });
  add("/zone",
      [browse = std::move(browse)](const auto& request, auto reply) { show_zone(browse, request, reply); });
  add("/explain", [&admin](const auto& request, auto reply) { show_explanation(admin, request, reply); });
}

}  // namespace signpost::page
