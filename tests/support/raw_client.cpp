#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/clock.hpp"
#include "base/strings.hpp"
#include "base/unique_fd.hpp"
#include "base/url.hpp"

namespace ecrelay::support {
namespace {

base::UniqueFd connect_to(const base::Url& url) {
  base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(url.port);
  ::inet_pton(AF_INET, url.host.c_str(), &address.sin_addr);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    socket.reset();
  }
  return socket;
}

bool send_all(int socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const auto count = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

/// Everything until the connection ends; Complete stands for FIN.
Ending receive(int socket, std::chrono::milliseconds timeout, std::string& received) {
  const auto deadline = base::Deadline::after(timeout);
  std::array<char, 65536> buffer{};
  while (true) {
    pollfd entry{socket, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(deadline.left().count())) <= 0) {
      return Ending::TimedOut;
    }
    const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count == 0) {
      return Ending::Complete;
    }
    if (count < 0) {
      return Ending::Reset;
    }
    received.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void parse_head(std::string_view head, RawAnswer& answer) {
  const auto lines = base::split(head, '\n');
  const auto words = base::split(lines.front(), ' ');
  answer.status = words.size() > 1 ? static_cast<int>(base::parse_uint(words[1]).value_or(0)) : 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
      answer.headers.emplace_back(line.substr(0, colon), base::trim(line.substr(colon + 1)));
    }
  }
}

std::string request_text(const RawRequest& request, const base::Url& url) {
  auto text = request.method + " " + url.target() + " HTTP/1.1\r\nHost: " + url.authority() +
              "\r\nConnection: close\r\n";
  for (const auto& [name, value] : request.headers) {
    text += name + ": " + value + "\r\n";
  }
  if (!request.body.empty()) {
    text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "\r\n" + request.body;
}

}  // namespace

std::string RawAnswer::header(std::string_view name) const {
  std::string all;
  for (const auto& [field, value] : headers) {
    if (base::equals_ignoring_case(field, name)) {
      all += all.empty() ? value : ", " + value;
    }
  }
  return all;
}

RawAnswer send_raw(const RawRequest& request) {
  RawAnswer answer;
  const auto url = base::Url::parse(request.url);
  if (!url) {
    return answer;
  }
  const auto socket = connect_to(*url);
  if (!socket.valid() || !send_all(socket.get(), request_text(request, *url))) {
    return answer;
  }
  std::string received;
  answer.ending = receive(socket.get(), request.timeout, received);
  const auto end_of_head = received.find("\r\n\r\n");
  if (end_of_head == std::string::npos) {
    answer.ending = answer.ending == Ending::Complete ? Ending::Short : answer.ending;
    return answer;
  }
  parse_head(received.substr(0, end_of_head), answer);
  answer.body = received.substr(end_of_head + 4);
  const auto promised = base::parse_uint(answer.header("Content-Length"));
  if (answer.ending == Ending::Complete && request.method != "HEAD" && promised &&
      answer.body.size() < *promised) {
    answer.ending = Ending::Short;
  }
  return answer;
}

RawAnswer parse_answer_head(std::string_view head) {
  RawAnswer answer;
  parse_head(head, answer);
  return answer;
}

std::string authority_of(const std::string& url) {
  const auto parsed = base::Url::parse(url);
  return parsed ? parsed->authority() : "";
}

}  // namespace ecrelay::support
