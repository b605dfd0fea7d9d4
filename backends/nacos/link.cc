#include "backends/nacos/link.h"

#include <deque>
#include <map>
#include <thread>

#include <boost/asio/post.hpp>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>

#include "backends/nacos/channel.h"

namespace signpost::nacos {
namespace {

constexpr auto kWatchSlice = std::chrono::milliseconds(500);    // a channel is asked again, and so let go
constexpr auto kRequestGrace = std::chrono::milliseconds(500);  // the session's own timeout comes first
constexpr const char* kUnaryPath = "/Request/request";          // 5.1
constexpr const char* kStreamPath = "/BiRequestStream/requestBiStream";

/// What gRPC hands back through the queue: where to go on, and with what.
struct Completion {
  boost::asio::any_io_executor strand;
  std::function<void(bool)> then;
};

grpc::ByteBuffer to_buffer(const std::string& octets) {
  const grpc::Slice slice(octets);
  return {&slice, 1};
}

std::string to_octets(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string octets;
  if (!buffer.Dump(&slices).ok()) return octets;
  octets.reserve(buffer.Length());
  for (const auto& slice : slices) octets.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return octets;
}

struct Unary {
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
};

struct Stream {
  grpc::ClientContext context;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> calls;
  grpc::ByteBuffer incoming;
  grpc::Status status;
  std::deque<std::string> outgoing;
  bool started = false;
  bool writing = false;
};

}  // namespace

class LinkLoop::Impl {
 public:
  Impl() : thread_([this] { run(); }) { take_over_log(); }
  ~Impl() {
    queue.Shutdown();
    thread_.join();
  }
  grpc::CompletionQueue queue;

 private:
  void run() {
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
      const std::unique_ptr<Completion> done(static_cast<Completion*>(tag));
      boost::asio::post(done->strand, [then = std::move(done->then), ok] { then(ok); });
    }
  }
  std::thread thread_;
};

LinkLoop::LinkLoop() : impl_(std::make_unique<Impl>()) {}
LinkLoop::~LinkLoop() = default;

class Link::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(LinkLoop::Impl& loop, boost::asio::any_io_executor strand, const Clock& clock,
       const LinkTarget& target, OnEvent on_event)
      : queue_(loop.queue),
        strand_(std::move(strand)),
        clock_(clock),
        on_event_(std::move(on_event)),
        name_(target.address.to_string()),
        tls_name_(target.tls ? target.tls_name : std::string()),
        channel_(make_channel(target)),
        stub_(std::make_unique<grpc::GenericStub>(channel_)),
        anonymous_(target.tls && target.tls->certificate.empty()) {}

  /// Looks at the channel each time it changes: READY once is connected, anything else after that is the end.
  void watch() {
    if (closed_) return;
    const auto state = channel_->GetState(true);
    if (state == GRPC_CHANNEL_READY) {
      if (!std::exchange(ready_, true)) tell(event::Connected{});
    } else if (ready_) {
      return lost("the connection broke" + hint());
    } else if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) {
      return ask_why();
    }
    if (closed_) return;
    channel_->NotifyOnStateChange(state, clock_.wall() + kWatchSlice, &queue_,
                                  tag([self = shared_from_this()](bool) { self->watch(); }));
  }

  /// The channel does not say why it failed, but a call on it does, at once and without being sent.
  void ask_why() {
    const auto probe = std::make_shared<Unary>();
    probe->context.set_deadline(clock_.wall() + kRequestGrace);
    probe->reader = stub_->PrepareUnaryCall(&probe->context, kUnaryPath, to_buffer({}), &queue_);
    probe->reader->StartCall();
    probe->reader->Finish(&probe->answer, &probe->status, tag([self = shared_from_this(), probe](bool) {
      const auto why = why_not(probe->status.error_message(), self->name_, self->tls_name_);
      self->lost(why.explained ? why.text : why.text + self->hint());
    }));
  }

  void open_stream() {
    if (closed_ || stream_) return;
    stream_ = std::make_shared<Stream>();
    stream_->calls = stub_->PrepareCall(&stream_->context, kStreamPath, &queue_);
    stream_->calls->StartCall(tag([self = shared_from_this(), stream = stream_](bool ok) {
      if (self->closed_) return;
      if (!ok) return self->finish(stream);
      stream->started = true;
      self->read(stream);
      self->write(stream);
    }));
  }

  void send(std::string octets) {
    if (closed_ || !stream_) return;
    stream_->outgoing.push_back(std::move(octets));
    write(stream_);
  }

  void request(RequestId id, const std::string& octets, Duration timeout) {
    if (closed_) return;
    const auto unary = std::make_shared<Unary>();
    unary->context.set_deadline(clock_.wall() + timeout + kRequestGrace);
    unary->reader = stub_->PrepareUnaryCall(&unary->context, kUnaryPath, to_buffer(octets), &queue_);
    unary->reader->StartCall();
    unary->reader->Finish(&unary->answer, &unary->status, tag([self = shared_from_this(), unary, id](bool) {
      self->unary_.erase(id);
      if (self->closed_) return;
      if (!unary->status.ok()) {
        return self->tell(event::RequestFailed{id, unary->status.error_message() + self->hint()});
      }
      self->heard_ = true;
      self->tell(event::Reply{id, to_octets(unary->answer)});
    }));
    unary_.emplace(id, unary);
  }

  const boost::asio::any_io_executor& strand() const { return strand_; }

  void close() {
    if (std::exchange(closed_, true)) return;
    if (stream_) stream_->context.TryCancel();
    for (auto& [id, unary] : unary_) unary->context.TryCancel();
    stream_.reset();
    unary_.clear();
    stub_.reset();
    channel_.reset();  // ends its watch as well
    on_event_ = nullptr;
  }

 private:
  void* tag(std::function<void(bool)> then) { return new Completion{strand_, std::move(then)}; }

  void tell(Event what) {
    const auto on_event = on_event_;  // a copy: the event may close this link
    on_event(std::move(what));
  }

  /// With TLS 1.3 a server refuses a client only after the client thinks that it is connected.
  std::string hint() const {
    if (!anonymous_ || heard_) return {};
    return "; if the server asks for a certificate, set tls.certificate_file and tls.key_file";
  }

  void lost(const std::string& why) {
    if (closed_ || std::exchange(lost_, true)) return;
    tell(event::Disconnected{why});
  }

  /// Always one read outstanding: the server must never wait for us (5.6).
  void read(const std::shared_ptr<Stream>& stream) {
    stream->calls->Read(&stream->incoming, tag([self = shared_from_this(), stream](bool ok) {
      if (self->closed_) return;
      if (!ok) return self->finish(stream);
      auto octets = to_octets(stream->incoming);
      stream->incoming.Clear();
      self->read(stream);
      self->tell(event::Received{std::move(octets)});
    }));
  }

  void write(const std::shared_ptr<Stream>& stream) {
    if (!stream->started || stream->writing || stream->outgoing.empty()) return;
    stream->writing = true;
    const auto buffer = to_buffer(stream->outgoing.front());
    stream->outgoing.pop_front();
    stream->calls->Write(buffer, tag([self = shared_from_this(), stream](bool ok) {
                           stream->writing = false;
                           if (ok && !self->closed_)
                             self->write(stream);  // a failed write shows as the end of the read
                         }));
  }

  void finish(const std::shared_ptr<Stream>& stream) {
    stream->calls->Finish(&stream->status, tag([self = shared_from_this(), stream](bool) {
      const auto& status = stream->status;
      self->lost(status.ok() ? "the server closed the stream"
                             : "the stream ended: " + status.error_message());
    }));
  }

  grpc::CompletionQueue& queue_;
  boost::asio::any_io_executor strand_;
  const Clock& clock_;
  OnEvent on_event_;
  std::string name_;
  std::string tls_name_;  // empty: clear text
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::shared_ptr<Stream> stream_;
  std::map<RequestId, std::shared_ptr<Unary>> unary_;
  bool anonymous_;      // TLS without a certificate of ours
  bool heard_ = false;  // the server has answered
  bool ready_ = false;
  bool lost_ = false;
  bool closed_ = false;
};

Link::Link(LinkLoop& loop, boost::asio::any_io_executor strand, const Clock& clock, const LinkTarget& target,
           OnEvent on_event)
    : impl_(std::make_shared<Impl>(*loop.impl_, std::move(strand), clock, target, std::move(on_event))) {
  boost::asio::post(impl_->strand(), [impl = impl_] { impl->watch(); });
}

Link::~Link() { close(); }
void Link::open_stream() { impl_->open_stream(); }
void Link::send(std::string octets) { impl_->send(std::move(octets)); }
void Link::request(RequestId id, const std::string& octets, Duration timeout) {
  impl_->request(id, octets, timeout);
}
void Link::close() { impl_->close(); }

}  // namespace signpost::nacos
