#include "upstream/blob_download.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace ecrelay::upstream {
namespace {

constexpr std::size_t kMaxErrorBody = 64 * 1024;
constexpr std::string_view kBucket = "starport-layer-bucket";

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

/// "bytes 5-9/10", RFC 9110 14.4; nothing where the size is unknown, or the range does not reach to
/// the end, as the one that was asked for does.
std::optional<ContentRange> parse_content_range(const std::string& field) {
  const auto space = field.find(' ');
  const auto dash = field.find('-');
  const auto slash = field.find('/');
  if (space == std::string::npos || dash == std::string::npos || slash == std::string::npos ||
      dash < space || slash < dash) {
    return std::nullopt;
  }
  const auto text = std::string_view(field);
  const auto first = base::parse_uint(text.substr(space + 1, dash - space - 1));
  const auto last = base::parse_uint(text.substr(dash + 1, slash - dash - 1));
  const auto size = base::parse_uint(text.substr(slash + 1));
  if (!first || !last || !size || *first > *last || *size == 0 || *last != *size - 1) {
    return std::nullopt;
  }
  return ContentRange{*first, *size};
}

}  // namespace

bool is_ecr_bucket(const base::Url& url) {
  const auto first_component = url.path.substr(0, url.path.find('/', 1));
  return url.host.find(kBucket) != std::string::npos ||
         first_component.find(kBucket) != std::string::npos;
}

void BlobDownload::redirected(const base::Url& url) {
  host_ = is_ecr_bucket(url) ? DownloadHost::EcrBucket : DownloadHost::Elsewhere;
}

bool BlobDownload::on_head(int status, const net::Headers& headers) {
  status_ = status;
  headers_ = headers;
  if (status == 200) {
    const auto size = base::parse_uint(headers.get("Content-Length").value_or(""));
    if (!size || *size < offset_) {
      nonsense_ = "a blob without a usable Content-Length";
      return false;
    }
    to_skip_ = offset_;
    return sink_.on_size(*size, host_);
  }
  if (status == 206) {
    const auto range = parse_content_range(headers.get("Content-Range").value_or(""));
    if (!range || range->first != offset_) {
      nonsense_ = "a Content-Range other than the one asked for";
      return false;
    }
    return sink_.on_size(range->size, host_);
  }
  return true;
}

bool BlobDownload::on_body(std::span<const std::byte> data) {
  if (!good()) {
    const auto room = kMaxErrorBody - std::min(kMaxErrorBody, error_body_.size());
    error_body_.append(reinterpret_cast<const char*>(data.data()), std::min(room, data.size()));
    return true;
  }
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(to_skip_, data.size()));
  to_skip_ -= skipped;
  data = data.subspan(skipped);
  delivered_ += data.size();
  return data.empty() || sink_.on_data(data);
}

}  // namespace ecrelay::upstream
