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

WholeAnswer whole_answer(const Snapshot& snapshot, const Name& name, RRType type) {
  thread_local Answerer answerer(Random(1), config::AnswerMode::All);
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  const auto query = query_for(name, type);
  Response response;
  response.begin(query, buffer, buffer.size());
  answerer.answer(snapshot, query.question.folded.wire(), type, false, response);
  WholeAnswer answer;
  answer.rcode = response.rcode();
  const auto message = response.finish();
  answer.authoritative = (message[2] & 0x04) != 0;
  answer.records = present(message);
  return answer;
}

}  // namespace signpost
