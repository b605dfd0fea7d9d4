#include "tests/backends/nacos/fake_server.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace signpost::nacos::test {
namespace {

/// One HTTP/1.0-style exchange; blocking, for tests.
std::string exchange(std::uint16_t port, const std::string& method, const std::string& path,
                     const std::string& body) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), port});
  const auto request =
      method + " " + path +
      " HTTP/1.1\r\nHost: fake\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  asio::write(socket, asio::buffer(request));
  std::string reply;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(reply), end);
  const auto split = reply.find("\r\n\r\n");
  if (reply.rfind("HTTP/1.1 200", 0) != 0 || split == std::string::npos) {
    throw std::runtime_error(path + ": " + reply);
  }
  return reply.substr(split + 4);
}

}  // namespace

FakeServer::FakeServer(std::vector<std::string> settings, std::uint16_t port) {
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  std::vector<std::string> words{"/usr/bin/python3", NACOS_FAKE_SERVER, "--port", std::to_string(port)};
  for (auto& setting : settings) {
    words.emplace_back("--set");
    words.push_back(std::move(setting));
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const auto failed = posix_spawn(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  std::string line;
  char octet = 0;
  while (failed == 0 && read(out[0], &octet, 1) == 1 && octet != '\n') line += octet;
  close(out[0]);
  const auto at = line.find("\"http\": ");
  if (at == std::string::npos) {
    kill();
    throw std::runtime_error("the fake Nacos did not start; it needs python3-grpcio for /usr/bin/python3: " +
                             line);
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(at + 8)));
}

FakeServer::~FakeServer() { kill(); }

std::string FakeServer::control(const std::string& verb, const std::string& json) const {
  return exchange(port_, "POST", "/control/" + verb, json);
}

std::string FakeServer::state() const { return exchange(port_, "GET", "/control/state", {}); }

void FakeServer::kill() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

}  // namespace signpost::nacos::test
