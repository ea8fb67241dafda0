#include "support/ecr_double/reply_writer.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace ecrelay::ecr_double {
namespace {

constexpr std::uint64_t kPiece = 256 * 1024;
constexpr std::uint64_t kPiecesPerSecond = 50;

}  // namespace

void break_connection(Connection& connection, Breakage breakage) {
  switch (breakage) {
    case Breakage::None:
      break;
    case Breakage::Reset:
      connection.reset();
      break;
    case Breakage::Close:
      connection.close();
      break;
    case Breakage::Hang:
      connection.wait_until_gone();
      break;
  }
}

ReplyWriter::ReplyWriter(Reply reply, Fault fault, Connection& connection, RequestLog& log,
                         std::uint64_t log_entry, Pause& pause)
    : reply_(std::move(reply)),
      fault_(std::move(fault)),
      connection_(connection),
      log_(log),
      log_entry_(log_entry),
      pause_(pause),
      start_(std::chrono::steady_clock::now()) {}

std::uint64_t ReplyWriter::limit() const {
  const bool cut = fault_.breakage != Breakage::None && fault_.after_body_bytes;
  return cut ? std::min(*fault_.after_body_bytes, reply_.body.size()) : reply_.body.size();
}

bool ReplyWriter::send(httplib::DataSink& sink) {
  const auto end = limit();
  const auto rate = reply_.pace.bytes_per_second;
  const auto piece =
      rate == 0 ? kPiece : std::clamp<std::uint64_t>(rate / kPiecesPerSecond, 1, kPiece);
  while (sent_ < end) {
    const auto length = std::min(piece, end - sent_);
    if (!send_piece(sink, reply_.body.view().substr(sent_, length)) || !keep_pace()) {
      return false;
    }
  }
  if (fault_.breakage != Breakage::None) {
    break_connection(connection_, fault_.breakage);
    return false;
  }
  sink.done();
  return true;
}

bool ReplyWriter::send_piece(httplib::DataSink& sink, std::string_view piece) {
  std::string altered;
  const auto at = reply_.entity_offset + sent_;
  if (fault_.altered_byte && *fault_.altered_byte >= at &&
      *fault_.altered_byte < at + piece.size()) {
    altered = piece;
    auto& byte = altered[*fault_.altered_byte - at];
    byte = static_cast<char>(~byte);
    piece = altered;
  }
  const auto length = static_cast<std::int64_t>(piece.size());
  log_.add_bytes(log_entry_, length);
  if (!sink.write(piece.data(), piece.size())) {
    log_.add_bytes(log_entry_, -length);
    return false;
  }
  sent_ += piece.size();
  return true;
}

bool ReplyWriter::keep_pace() {
  const auto rate = reply_.pace.bytes_per_second;
  if (rate == 0) {
    return true;
  }
  const std::chrono::duration<double> due(static_cast<double>(sent_) / static_cast<double>(rate));
  return pause_.sleep_until(start_ +
                            std::chrono::duration_cast<std::chrono::steady_clock::duration>(due));
}

}  // namespace ecrelay::ecr_double
