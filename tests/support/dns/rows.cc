#include "tests/support/dns/rows.h"

namespace signpost::test {

namespace {

const Bytes kAddress = {192, 0, 2, 1};
const Bytes kStray = {0xff};

Bytes with_opcode(unsigned opcode, unsigned flags, const Bytes& rest, unsigned qd = 1, unsigned ar = 0) {
  return header({.flags = opcode << 11 | flags, .qd = qd, .ar = ar}) + rest;
}

std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

Bytes repeated(const Bytes& octets, int times) {
  Bytes result;
  for (int i = 0; i < times; ++i) result = result + octets;
  return result;
}

/// A question of type A and class IN whose name is these octets.
Bytes with_name(const Bytes& octets) { return header({}) + octets + u16(1) + u16(1); }

void add_header_rows(std::vector<Row>& rows) {
  const auto a = question("a.test.", RRType::A);
  rows.insert(
      rows.end(),
      {{"H1", "response_is_ignored", query("a.test.", RRType::A, 0x8000), kSilence, ""},
       {"H4", "only_id_and_rd_are_copied", query("a.test.", RRType::A, 0x07f5),
        "NOERROR aa rd; a.test. A; 1/0/0", ""},
       {"H5", "cd_is_clear_on_unsigned_zones", query("a.test.", RRType::A, 0x0010),
        "NOERROR aa; a.test. A; 1/0/0", ""},
       {"H6", "unknown_opcode_header_only", with_opcode(15, 0, {}, 0), "NOTIMP opcode 15; -; 0/0/0", ""},
       {"H6", "unknown_opcode_echoes_no_flag", with_opcode(15, 0x07f0, {}, 0), "NOTIMP opcode 15; -; 0/0/0",
        ""},
       {"H7", "iquery", with_opcode(1, 0, a), "NOTIMP opcode 1; -; 0/0/0", ""},
       {"H7", "status", with_opcode(2, 0, {}, 0), "NOTIMP opcode 2; -; 0/0/0", ""},
       {"H7", "opcode_3", with_opcode(3, 0, a), "NOTIMP opcode 3; -; 0/0/0", ""},
       {"H7", "dso", with_opcode(6, 0, {}, 0), "NOTIMP opcode 6; -; 0/0/0", ""},
       {"H8", "notify", with_opcode(4, 0x0400, question("test.", RRType::SOA)),
        "REFUSED opcode 4; test. SOA; 0/0/0", ""},
       {"H8", "notify_with_opt", with_opcode(4, 0, question("test.", RRType::SOA) + opt(), 1, 1),
        "REFUSED opcode 4; test. SOA; 0/0/0; opt 1232", ""},
       {"H8", "notify_class_any", with_opcode(4, 0, question("test.", RRType::SOA, RRClass::ANY)),
        "FORMERR opcode 4; -; 0/0/0", ""},
       {"H8", "update_class_none", with_opcode(5, 0, question("test.", RRType::SOA, RRClass::NONE)),
        "FORMERR opcode 5; -; 0/0/0", ""},
       {"H9", "update", with_opcode(5, 0, question("test.", RRType::SOA)), "NOTIMP opcode 5; -; 0/0/0", ""},
       {"H10", "no_question", header({.qd = 0}), "FORMERR; -; 0/0/0", ""},
       {"H10", "no_question_with_opt", header({.qd = 0, .ar = 1}) + opt(), "FORMERR; -; 0/0/0; opt 1232", ""},
       {"H11", "two_questions", header({.qd = 2}) + a + a, "FORMERR; -; 0/0/0", ""},
       {"H11", "two_questions_with_opt", header({.qd = 2, .ar = 1}) + a + a + opt(1232, 0x8000),
        "FORMERR; -; 0/0/0; opt 1232 do", ""},
       {"H11", "65535_questions", header({.qd = 65535}) + a, "FORMERR; -; 0/0/0", ""}});
}

void add_name_rows(std::vector<Row>& rows) {
  const std::string longest = repeated(std::string(63, 'x') + ".", 3) + std::string(56, 'y') + ".test.";
  const std::string deepest = repeated("a.", 127);
  const char* formerr = "FORMERR; -; 0/0/0";
  rows.insert(
      rows.end(),
      {{"H12", "question_without_name", header({}), formerr, ""},
       {"H12", "question_cut_in_name",
        header({}) + raw("\x05"
                         "ab"),
        formerr, ""},
       {"H12", "question_cut_in_class",
        header({}) +
            raw("\x01"
                "a\0") +
            u16(1) + raw("\0"),
        formerr, ""},
       {"H12", "label_type_0x40",
        with_name(raw("\x41"
                      "a\0")),
        formerr, ""},
       {"H12", "label_type_0x80",
        with_name(raw("\x81"
                      "a\0")),
        formerr, ""},
       {"H12", "pointer_to_itself", with_name(raw("\xc0\x0c")), formerr, ""},
       {"H12", "pointer_forward", with_name(raw("\xc0\x10")), formerr, ""},
       {"H12", "pointer_into_header", with_name(raw("\xc0\x02")), formerr, ""},
       {"H12", "pointer_after_a_label",
        with_name(raw("\x01"
                      "a\xc0\x0c")),
        formerr, ""},
       {"H12", "name_of_256_octets",
        with_name(repeated(raw("\x3f") + Bytes(63, 'x'), 3) + raw("\x3e") + Bytes(62, 'y') + raw("\0")),
        formerr, ""},
       {"H12", "more_additional_than_there_are", header({.ar = 1}) + question("a.test.", RRType::A), formerr,
        ""},
       {"H12", "record_cut_in_rdata",
        header({.ar = 1}) + question("a.test.", RRType::A) + name("a.") + u16(1) + u16(1) + u32(0) + u16(4) +
            raw("\1"),
        formerr, ""},
       {"H13", "name_of_255_octets", query(longest, RRType::A), "NXDOMAIN aa; " + longest + " A; 0/1/0", ""},
       {"H13", "name_of_127_labels", query(deepest, RRType::A), "REFUSED; " + deepest + " A; 0/0/0", ""},
       {"H14", "odd_octets_are_opaque", query("\\000\\.\\032\\255\\\\.test.", RRType::A),
        "NXDOMAIN aa; \\000\\.\\032\\255\\\\.test. A; 0/1/0", ""},
       {"N1", "case_of_the_question_survives", query("A.tEsT.", RRType::A), "NOERROR aa; A.tEsT. A; 1/0/0",
        ""}});
}

void add_section_rows(std::vector<Row>& rows) {
  const auto a = question("a.test.", RRType::A);
  const auto extra = record("x.", RRType::A, kAddress);
  const char* formerr = "FORMERR; -; 0/0/0";
  rows.insert(
      rows.end(),
      {{"H15", "answer_record", header({.an = 1}) + a + extra, formerr, ""},
       {"H15", "authority_record", header({.ns = 1}) + a + extra, formerr, ""},
       {"H15", "answer_record_with_opt", header({.an = 1, .ar = 1}) + a + extra + opt(),
        "FORMERR; -; 0/0/0; opt 1232", ""},
       {"H15", "four_additional_records", header({.ar = 4}) + a + repeated(extra, 4),
        "NOERROR aa; a.test. A; 1/0/0", ""},
       {"H15", "five_additional_records", header({.ar = 5}) + a + repeated(extra, 5), formerr, ""},
       {"H15", "five_additional_records_with_opt", header({.ar = 5}) + a + repeated(extra, 4) + opt(),
        "FORMERR; -; 0/0/0; opt 1232", ""},
       {"H15", "ixfr_may_carry_one_soa",
        header({.ns = 1}) + question("test.", RRType::IXFR) + record("test.", RRType::SOA, Bytes(22, 0)),
        "REFUSED; test. TYPE251; 0/0/0", ""},
       {"H15", "ixfr_with_two_soa",
        header({.ns = 2}) + question("test.", RRType::IXFR) +
            repeated(record("test.", RRType::SOA, Bytes(22, 0)), 2),
        formerr, ""},
       {"H16", "trailing_octets", query("a.test.", RRType::A) + kStray, formerr, ""},
       {"H16", "trailing_octets_behind_opt", edns_query("a.test.", RRType::A, opt()) + kStray,
        "FORMERR; -; 0/0/0; opt 1232", ""}});
}

void add_type_rows(std::vector<Row>& rows) {
  for (const unsigned type : {41u, 250u, 249u, 128u}) {
    const auto text = "FORMERR; a.test. TYPE" + std::to_string(type) + "; 0/0/0";
    rows.push_back({"H17", "qtype_" + std::to_string(type), query("a.test.", RRType(type)), text, ""});
    rows.push_back({"H17", "qtype_" + std::to_string(type) + "_with_opt",
                    edns_query("a.test.", RRType(type), opt()), text + "; opt 1232 ede 30", ""});
  }
  for (const unsigned type : {253u, 254u, 0u, 65535u, 666u, 1000u, 42u, 129u})
    rows.push_back({"H17", "odd_type_" + std::to_string(type) + "_is_nodata", query("a.test.", RRType(type)),
                    "NOERROR aa; a.test. TYPE" + std::to_string(type) + "; 0/1/0", ""});
  for (const unsigned klass : {255u, 3u, 4u, 0u, 254u, 65535u}) {
    const auto text = "REFUSED; a.test. CLASS" + std::to_string(klass) + " A; 0/0/0";
    const auto asked = question("a.test.", RRType::A, RRClass(klass));
    rows.push_back({"H18", "class_" + std::to_string(klass), header({}) + asked, text, ""});
    rows.push_back({"H18", "class_" + std::to_string(klass) + "_with_opt", header({.ar = 1}) + asked + opt(),
                    text + "; opt 1232 ede 21", ""});
  }
  rows.insert(
      rows.end(),
      {{"H19", "version_is_hidden", header({}) + question("version.bind.", RRType::TXT, RRClass::CH),
        "REFUSED; version.bind. CLASS3 TXT; 0/0/0", ""},
       {"H20", "outside_all_zones", query("example.org.", RRType::A), "REFUSED; example.org. A; 0/0/0", ""},
       {"H20", "outside_all_zones_with_opt", edns_query("example.org.", RRType::A, opt()),
        "REFUSED; example.org. A; 0/0/0; opt 1232 ede 20", ""},
       {"H20", "root", query(".", RRType::A), "REFUSED; . A; 0/0/0", ""},
       {"H21", "rd_changes_nothing", query("a.test.", RRType::A, 0x0100), "NOERROR aa rd; a.test. A; 1/0/0",
        ""},
       {"X1", "axfr_is_refused", query("test.", RRType::AXFR), "REFUSED; test. TYPE252; 0/0/0", ""}});
}

void add_edns_rows(std::vector<Row>& rows) {
  const auto a = question("a.test.", RRType::A);
  const auto ask = [](const Bytes& opt_record) { return edns_query("a.test.", RRType::A, opt_record); };
  const auto unknown = option(65001, raw("hello"));
  const std::string good = "NOERROR aa; a.test. A; 1/0/0; opt 1232", bad = "FORMERR; -; 0/0/0; opt 1232",
                    badvers = "BADVERS; a.test. A; 0/0/0; opt 1232";
  rows.insert(
      rows.end(),
      {{"E1", "no_opt_without_opt", query("a.test.", RRType::A), "NOERROR aa; a.test. A; 1/0/0", ""},
       {"E1", "opt_with_opt", ask(opt()), good, ""},
       {"E1", "opt_in_nxdomain", edns_query("no.test.", RRType::A, opt()),
        "NXDOMAIN aa; no.test. A; 0/1/0; opt 1232", ""},
       {"E2", "two_opts", header({.ar = 2}) + a + opt() + opt(), bad, ""},
       {"E2", "opt_as_answer", header({.an = 1}) + a + opt(), "FORMERR; -; 0/0/0", ""},
       {"E2", "opt_as_authority", header({.ns = 1}) + a + opt(), "FORMERR; -; 0/0/0", ""},
       {"E2", "opt_with_an_owner", ask(record("x.", RRType::OPT, {}, RRClass(1232))), bad, ""},
       {"E2", "opt_behind_another_record", header({.ar = 2}) + a + record("x.", RRType::A, kAddress) + opt(),
        good, ""},
       {"E3", "option_overruns_opt", ask(opt(1232, 0, u16(10) + u16(9) + Bytes(8, 1))), bad, ""},
       {"E3", "option_overruns_opt_with_do", ask(opt(1232, 0x8000, u16(10) + u16(9) + Bytes(8, 1))),
        bad + " do", ""},
       {"E3", "opt_overruns_message",
        ask(name(".") + u16(41) + u16(1232) + u32(0) + u16(5) + raw("\0\0\0\0")), bad, ""},
       {"E3", "one_stray_octet", ask(opt(1232, 0, unknown + Bytes(1, 0))), bad, ""},
       {"E3", "two_stray_octets", ask(opt(1232, 0, unknown + Bytes(2, 0))), bad, ""},
       {"E3", "three_stray_octets", ask(opt(1232, 0, unknown + Bytes(3, 0))), bad, ""},
       {"E4", "version_1", ask(opt(1232, 0, {}, 1)), badvers, ""},
       {"E4", "version_255_with_do", ask(opt(1232, 0x8000, {}, 255)), badvers + " do", ""},
       {"E4", "version_1_with_option", ask(opt(1232, 0, unknown, 1)), badvers, ""},
       {"E4", "version_1_with_flags", ask(opt(1232, 0x0080, {}, 1)), badvers, ""},
       {"E4", "version_1_outside_all_zones", edns_query("example.org.", RRType::A, opt(1232, 0, {}, 1)),
        "BADVERS; example.org. A; 0/0/0; opt 1232", ""},
       {"E5", "unknown_option_is_not_echoed", ask(opt(1232, 0, unknown)), good, ""},
       {"E5", "300_unknown_options", ask(opt(1232, 0, repeated(option(65001, {}), 300))), good, ""},
       {"E6", "repeated_options", ask(opt(1232, 0, repeated(option(3, {}), 3))), good + " option 3", ""},
       {"E7", "do_is_copied", ask(opt(1232, 0x8000)), good + " do", ""},
       {"E7", "unknown_flags_are_not", ask(opt(1232, 0x7fff)), good, ""},
       {"E8", "size_0_means_512", edns_query("many31.test.", RRType::A, opt(0)),
        "NOERROR aa tc; many31.test. A; 0/0/0; opt 1232", "NOERROR aa; many31.test. A; 31/0/0; opt 1232"},
       {"E8", "size_65535_means_our_1232", edns_query("many80.test.", RRType::A, opt(65535)),
        "NOERROR aa tc; many80.test. A; 0/0/0; opt 1232", "NOERROR aa; many80.test. A; 80/0/0; opt 1232"},
       {"E8", "extended_rcode_of_the_query_means_nothing",
        ask(record(".", RRType::OPT, {}, RRClass(1232), 0xff000000)), good, ""},
       {"E9", "512_without_edns", query("many31.test.", RRType::A), "NOERROR aa tc; many31.test. A; 0/0/0",
        "NOERROR aa; many31.test. A; 31/0/0"},
       {"E9", "30_addresses_fit_512", query("many30.test.", RRType::A), "NOERROR aa; many30.test. A; 30/0/0",
        ""},
       {"E10", "additional_is_cut_silently", query("glue40.test.", RRType::A),
        "NOERROR aa; glue40.test. A; 1/0/29", "NOERROR aa; glue40.test. A; 1/0/40"},
       {"E22", "extended_error", edns_query("stale.test.", RRType::A, opt()),
        "NOERROR aa; stale.test. A; 1/0/0; opt 1232 ede 3", ""}});
}

}  // namespace

std::vector<Row> checklist() {
  std::vector<Row> rows;
  add_header_rows(rows);
  add_name_rows(rows);
  add_section_rows(rows);
  add_type_rows(rows);
  add_edns_rows(rows);
  add_option_rows(rows);
  return rows;
}

}  // namespace signpost::test
