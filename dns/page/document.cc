#include "dns/page/document.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost::page {

std::string document(std::string_view title, const Html& body, unsigned seconds) {
  Html html;
  html << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (seconds > 0) {
    html << "<meta http-equiv=\"refresh\" content=\"";
    html.number(seconds) << "\">\n";
  }
  html << "<title>";
  html.text(title);
  html << " \xc2\xb7 Signpost</title>\n<style>\n"
          ":root{color-scheme:light dark;--line:#8884;--soft:#8881;--bar:#2a7de1;--bar2:#7fb2f0;"
          "--good:#1a7f37;--fair:#9a6700;--bad:#cf222e}\n"
          "@media(prefers-color-scheme:dark){:root{--good:#3fb950;--fair:#d29922;--bad:#f85149}}\n"
          "body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:0 1rem 3rem}\n"
          "header{display:flex;gap:1.2rem;align-items:baseline;flex-wrap:wrap;padding:.8rem 0;"
          "border-bottom:1px solid var(--line)}\nheader b{font-size:1.2rem}\na{color:inherit}\n"
          "h2{font-size:1.05rem;margin:1.6rem 0 .4rem}\n.wide{overflow-x:auto}\n"
          "table{border-collapse:collapse;width:100%}\nth,td{text-align:left;padding:.25rem .7rem .25rem 0;"
          "border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}\n"
          "th{font-weight:600;white-space:nowrap}\n.n{text-align:right;white-space:nowrap;"
          "font-variant-numeric:tabular-nums}\ncode,pre{font:13px/1.4 ui-monospace,monospace}\n"
          "pre{background:var(--soft);padding:.6rem;overflow-x:auto;margin:.3rem 0}\n"
          ".badge{font-size:.85em;border:1px solid currentColor;border-radius:1em;padding:0 .6em;"
          "white-space:nowrap}\n.good{color:var(--good)}.fair{color:var(--fair)}.bad{color:var(--bad)}\n"
          ".bar{display:flex;height:.8rem;min-width:8rem;background:var(--soft);border-radius:3px;"
          "overflow:hidden;margin-top:.3rem}\n.bar i{background:var(--bar);box-sizing:border-box;"
          "border-right:1px solid Canvas}\n.bar i:nth-child(even){background:var(--bar2)}\n"
          ".quiet{opacity:.7}\nform{display:flex;gap:.5rem;flex-wrap:wrap;margin:.6rem 0}\n"
          "input,select,button{font:inherit;padding:.2rem .5rem}\ninput[name=name]{flex:1 1 18rem}\n"
          "</style>\n</head>\n<body>\n<header><b><a href=\"/\">Signpost</a></b>"
          "<a href=\"/explain\">explain a name</a></header>\n<main>\n";
  html.part(body) << "</main>\n</body>\n</html>\n";
  return html.take();
}

Html share_bar(const std::vector<double>& percent) {
  Html html;
  html << "<div class=\"bar\">";
  for (const auto part : percent) {
    html << "<i style=\"width:";
    html.percent(std::clamp(part, 0.0, 100.0)) << "%\" title=\"";
    html.percent(part) << " %\"></i>";
  }
  html << "</div>";
  return html;
}

Html ask_box(std::string_view name, std::string_view type, std::string_view client) {
  Html html;
  html << "<form action=\"/explain\"><input name=\"name\" required placeholder=\"cart.demo.internal, or an "
          "address\" aria-label=\"name\" value=\"";
  html.text(name) << "\"><select name=\"type\" aria-label=\"type\"><option value=\"\">type</option>";
  for (const std::string_view one : {"A", "AAAA", "SRV", "TXT", "PTR", "CNAME", "SOA", "NS"}) {
    html << "<option";
    if (one == type) html << " selected";
    html << ">";
    html.text(one) << "</option>";
  }
  html << "</select><input name=\"client\" placeholder=\"for client (address)\" aria-label=\"client\" "
          "value=\"";
  html.text(client) << "\"><button>explain</button></form>\n";
  return html;
}

Html name_link(std::string_view name) {
  constexpr std::size_t kNameTextMax = 1020;  // 255 octets, each as \DDD
  Html html;
  if (name.size() > kNameTextMax) return html.text(name);
  html << "<a href=\"/explain?name=";
  html.parameter(name) << "\"><code>";
  html.text(name) << "</code></a>";
  return html;
}

}  // namespace signpost::page
