#include "base/timestamps.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "base/strings.hpp"

namespace ecrelay::base {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes text from the front; after a step that does not fit, ok() is false for good.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    const auto number = parse_uint(text_.substr(0, count));
    if (!number || text_.size() < count) {
      ok_ = false;
      return 0;
    }
    text_.remove_prefix(count);
    return static_cast<int>(*number);
  }
  void literal(std::string_view expected) {
    ok_ = ok_ && text_.starts_with(expected);
    skip(expected.size());
  }
  std::string_view take(std::size_t count) {
    const auto taken = text_.substr(0, count);
    ok_ = ok_ && taken.size() == count;
    skip(count);
    return taken;
  }
  void skip_digits() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_digit);
    ok_ = ok_ && end != text_.begin();
    text_ = std::string_view(end, text_.end());
  }
  [[nodiscard]] char next() const { return text_.empty() ? '\0' : text_.front(); }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && text_.empty(); }

 private:
  void skip(std::size_t count) { text_.remove_prefix(std::min(count, text_.size())); }
  std::string_view text_;
  bool ok_ = true;
};

struct CivilTime {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

std::optional<Wall::time_point> to_time_point(const CivilTime& civil) {
  const auto date = std::chrono::year(civil.year) /
                    std::chrono::month(static_cast<unsigned>(civil.month)) /
                    std::chrono::day(static_cast<unsigned>(civil.day));
  // 60 is a leap second.
  if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 60) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(civil.hour) +
         std::chrono::minutes(civil.minute) + std::chrono::seconds(civil.second);
}

void scan_clock(Scanner& scanner, CivilTime& civil) {
  civil.hour = scanner.digits(2);
  scanner.literal(":");
  civil.minute = scanner.digits(2);
  scanner.literal(":");
  civil.second = scanner.digits(2);
}

/// "Z", "+02:00" or "-02:00".
std::chrono::minutes scan_offset(Scanner& scanner) {
  const char sign = scanner.next();
  if (sign != '+' && sign != '-') {
    scanner.literal("Z");
    return {};
  }
  scanner.take(1);
  const std::chrono::hours hours(scanner.digits(2));
  scanner.literal(":");
  const std::chrono::minutes offset = hours + std::chrono::minutes(scanner.digits(2));
  return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<Wall::time_point> parse_iso8601(std::string_view text) {
  Scanner scanner(text);
  CivilTime civil;
  civil.year = scanner.digits(4);
  scanner.literal("-");
  civil.month = scanner.digits(2);
  scanner.literal("-");
  civil.day = scanner.digits(2);
  scanner.literal("T");
  scan_clock(scanner, civil);
  if (scanner.next() == '.') {
    scanner.take(1);
    scanner.skip_digits();
  }
  const auto offset = scan_offset(scanner);
  const auto time = to_time_point(civil);
  if (!scanner.done() || !time) {
    return std::nullopt;
  }
  return *time - offset;
}

std::optional<Wall::time_point> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner scanner(text);
  CivilTime civil;
  scanner.take(3);
  scanner.literal(", ");
  civil.day = scanner.digits(2);
  scanner.literal(" ");
  const auto month = std::find(kMonths.begin(), kMonths.end(), scanner.take(3));
  civil.month = static_cast<int>(month - kMonths.begin()) + 1;
  scanner.literal(" ");
  civil.year = scanner.digits(4);
  scanner.literal(" ");
  scan_clock(scanner, civil);
  scanner.literal(" GMT");
  if (!scanner.done()) {
    return std::nullopt;
  }
  return to_time_point(civil);
}

}  // namespace ecrelay::base
