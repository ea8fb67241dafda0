#include "config/toml_file.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <exception>
#include <sstream>

#include "base/strings.hpp"

namespace ecrelay::config {
namespace {

using base::Error;
using base::ErrorCode;

struct Statement {
  std::string text;
  int line = 0;
};

Error at_line(int line, std::string_view why) {
  return {ErrorCode::InvalidArgument, "line " + std::to_string(line) + ": " + std::string(why)};
}

/// Cuts the text into statements of one line each, without comments. CLI11 (2.1 at least) cuts a
/// comment inside a string, takes the lines of a list that begins with a bare '[' for keys and a
/// space before a comma for an empty value.
class StatementReader {
 public:
  explicit StatementReader(std::string_view text) : text_(text) {}

  base::Result<std::vector<Statement>> read() {
    for (; position_ < text_.size(); ++position_) {
      ECRELAY_TRY_VOID(take(text_[position_]));
    }
    ECRELAY_TRY_VOID(end_line());
    if (depth_ > 0) {
      return at_line(current_.line, "the list has no closing ']'");
    }
    return std::move(statements_);
  }

 private:
  base::Result<void> take(char c) {
    if (c == '\n') {
      return end_line();
    }
    if (c == '\0') {
      return at_line(line_, "a NUL character");
    }
    if (c == '\\' && quote_ == '"') {
      // Versions of CLI11 differ in what they make of it.
      return at_line(line_, "a backslash in double quotation marks; write the text in single ones");
    }
    if (c == quote_) {
      quote_ = '\0';
    } else if (quote_ != '\0') {
      // part of the text, whatever it is
    } else if (c == '#') {
      position_ = std::min(text_.find('\n', position_), text_.size()) - 1;
      return {};
    } else if (c == '"' || c == '\'') {
      quote_ = c;
    } else if (c == '[') {
      ++depth_;
    } else if (c == ']') {
      --depth_;
    } else if (depth_ > 0 && base::trim(std::string_view(&c, 1)).empty()) {
      return {};
    }
    append(c);
    return {};
  }

  void append(char c) {
    if (base::trim(current_.text).empty()) {
      current_.line = line_;
    }
    current_.text += c;
  }

  base::Result<void> end_line() {
    if (quote_ != '\0') {
      return at_line(line_, "a quotation mark is not closed");
    }
    ++line_;
    if (depth_ > 0) {
      return {};
    }
    if (depth_ < 0) {
      return at_line(line_ - 1, "']' without its '['");
    }
    current_.text = base::trim(current_.text);
    if (!current_.text.empty()) {
      statements_.push_back(std::move(current_));
    }
    current_ = {};
    return {};
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int line_ = 1;
  int depth_ = 0;
  char quote_ = '\0';
  Statement current_;
  std::vector<Statement> statements_;
};

base::Result<void> check_shape(const Statement& statement) {
  if (statement.text.front() == '[') {
    return at_line(statement.line, "sections are not used here; write the keys without one");
  }
  const auto equals = statement.text.find('=');
  if (equals == 0 || equals == std::string::npos || statement.text.front() == ';') {
    return at_line(statement.line, "expected KEY = VALUE");
  }
  if (equals + 1 == statement.text.size()) {
    return at_line(statement.line, "no value after '='");
  }
  return {};
}

base::Result<FileEntry> parse_statement(const Statement& statement) {
  ECRELAY_TRY_VOID(check_shape(statement));
  CLI::ConfigTOML reader;
  reader.comment('\0');  // they are gone; a '#' that is left is part of a string
  std::istringstream input(statement.text);
  try {
    const auto items = reader.from_config(input);
    if (items.size() == 1) {
      return FileEntry{items.front().fullname(), items.front().inputs, statement.line};
    }
  } catch (const std::exception& error) {
    return at_line(statement.line, error.what());
  }
  return at_line(statement.line, "expected KEY = VALUE");
}

}  // namespace

base::Result<std::vector<FileEntry>> read_toml(std::string_view text) {
  ECRELAY_TRY(const auto statements, StatementReader(text).read());
  std::vector<FileEntry> entries;
  for (const auto& statement : statements) {
    ECRELAY_TRY(auto entry, parse_statement(statement));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace ecrelay::config
