#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "upstream/upstream_registry.hpp"

namespace ecrelay::upstream {

/// Keeps all that it is given, and says no from a piece on.
class CollectingSink final : public BlobSink {
 public:
  bool on_size(std::uint64_t whole, DownloadHost from) override {
    size = whole;
    host = from;
    return wants_pieces > 0;
  }
  bool on_data(std::span<const std::byte> data) override {
    if (pieces == wants_pieces) {
      return false;
    }
    ++pieces;
    bytes.append(reinterpret_cast<const char*>(data.data()), data.size());
    return true;
  }

  int wants_pieces = std::numeric_limits<int>::max();
  int pieces = 0;
  std::optional<std::uint64_t> size;
  DownloadHost host = DownloadHost::Registry;
  std::string bytes;
};

}  // namespace ecrelay::upstream
