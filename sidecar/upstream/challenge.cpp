#include "upstream/challenge.hpp"

#include "base/strings.hpp"

namespace ecrelay::upstream {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[position_]; }
  void skip_spaces() {
    while (peek() == ' ' || peek() == '\t') {
      ++position_;
    }
  }
  void skip_spaces_and_commas() {
    while (peek() == ' ' || peek() == '\t' || peek() == ',') {
      ++position_;
    }
  }
  bool take(char c) {
    if (peek() != c) {
      return false;
    }
    ++position_;
    return true;
  }
  std::string_view token() {
    const auto begin = position_;
    while (!at_end() && std::string_view(" \t,=\"").find(peek()) == std::string_view::npos) {
      ++position_;
    }
    return text_.substr(begin, position_ - begin);
  }
  std::optional<std::string> quoted() {
    std::string value;
    while (!at_end()) {
      const char c = text_[position_++];
      if (c == '"') {
        return value;
      }
      if (c == '\\' && !at_end()) {
        value += text_[position_++];
      } else {
        value += c;
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t position() const { return position_; }
  void back_to(std::size_t position) { position_ = position; }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

/// RFC 9110 11.2: what a scheme such as Negotiate has in place of parameters. False, and the reader
/// where it was, where there is none.
bool skip_token68(Reader& reader) {
  const auto start = reader.position();
  reader.skip_spaces();
  const auto has_digits = !reader.token().empty();
  while (reader.take('=')) {
  }
  reader.skip_spaces();
  if (has_digits && (reader.at_end() || reader.peek() == ',')) {
    return true;
  }
  reader.back_to(start);
  return false;
}

/// `name = value` or `name = "value"`; nothing, and the reader where it was, for anything else.
bool read_parameter(Reader& reader, Challenge& challenge) {
  const auto start = reader.position();
  const auto name = base::lower(reader.token());
  reader.skip_spaces();
  if (name.empty() || !reader.take('=')) {
    reader.back_to(start);
    return false;
  }
  reader.skip_spaces();
  if (reader.take('"')) {
    auto value = reader.quoted();
    if (!value) {
      return false;
    }
    challenge.parameters[name] = std::move(*value);
    return true;
  }
  challenge.parameters[name] = reader.token();
  return true;
}

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view field) {
  std::vector<Challenge> challenges;
  Reader reader(field);
  while (true) {
    reader.skip_spaces_and_commas();
    Challenge challenge;
    challenge.scheme = base::lower(reader.token());
    if (challenge.scheme.empty()) {
      return challenges;
    }
    if (!skip_token68(reader)) {
      do {
        reader.skip_spaces_and_commas();
      } while (read_parameter(reader, challenge));
    }
    challenges.push_back(std::move(challenge));
  }
}

}  // namespace ecrelay::upstream
