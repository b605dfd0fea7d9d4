#include "zones/answer/whole_answer.h"

#include "zones/answer/answerer.h"

namespace signpost {

Query query_for(const Name& name, RRType type) {
  Query query;
  query.question.name = name.wire();
  query.question.folded = name.folded();
  query.question.type = type;
  query.question.klass = RRClass::IN;
  return query;
}

namespace {

struct Asked {
  Rcode rcode;
  std::span<const std::uint8_t> message;  // good until this thread asks again
};

Asked ask(const Snapshot& snapshot, const Name& name, RRType type) {
  thread_local Answerer answerer(Random(1), config::AnswerMode::All);
  thread_local std::vector<std::uint8_t> buffer(
      kMessageOctetsMax);  // clearing one for each question was a third of a dump
  const auto query = query_for(name, type);
  Response response;
  response.begin(query, buffer, buffer.size());
  answerer.answer(snapshot, query.question.folded.wire(), type, false, response);
  const auto rcode = response.rcode();
  return {rcode, response.finish()};
}

}  // namespace

WholeAnswer whole_answer(const Snapshot& snapshot, const Name& name, RRType type) {
  const auto asked = ask(snapshot, name, type);
  WholeAnswer answer;
  answer.rcode = asked.rcode;
  answer.authoritative = (asked.message[2] & 0x04) != 0;
  answer.records = present(asked.message);
  return answer;
}

void append_answer(std::string& text, const Snapshot& snapshot, const Name& name, RRType type) {
  append_lines(text, ask(snapshot, name, type).message, type);
}

}  // namespace signpost
