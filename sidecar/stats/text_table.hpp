#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace ecrelay::stats {

enum class Align { Left, Right };

/// Rows of cells printed in columns that line up, two spaces between them, none at a line's end.
/// Rows may be of different length. Not thread-safe.
class TextTable {
 public:
  explicit TextTable(std::vector<Align> columns, std::size_t indent = 0);
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string str() const;

 private:
  std::vector<Align> columns_;
  std::size_t indent_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ecrelay::stats
