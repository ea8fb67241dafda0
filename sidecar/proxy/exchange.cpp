#include "proxy/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "base/strings.hpp"
#include "net/range.hpp"
#include "oci/errors.hpp"
#include "proxy/bounded_ask.hpp"

namespace ecrelay::proxy {
namespace {

// A fill that stalls fails by itself long before; this is only so that nothing waits for ever.
constexpr auto kReadBound = std::chrono::seconds(90);
constexpr const char* kOctetStream = "application/octet-stream";

class ReaderSource final : public net::BodySource {
 public:
  ReaderSource(std::unique_ptr<store::BlobReader> reader, std::uint64_t offset)
      : reader_(std::move(reader)), offset_(offset) {}
  base::Result<std::size_t> read(std::span<std::byte> data) override {
    ECRELAY_TRY(const auto got, reader_->read(offset_, data, base::Deadline::after(kReadBound)));
    offset_ += got;
    return got;
  }

 private:
  std::unique_ptr<store::BlobReader> reader_;
  std::uint64_t offset_;
};

stats::Kind kind_of(Resource resource) {
  switch (resource) {
    case Resource::Blob:
      return stats::Kind::Blob;
    case Resource::Tags:
      return stats::Kind::Tags;
    case Resource::Referrers:
      return stats::Kind::Referrers;
    default:
      return stats::Kind::Manifest;
  }
}

/// "containerd/1.6.20~ds1" of "containerd/1.6.20~ds1 (linux)".
std::string product_of(const std::string& user_agent) {
  return base::printable(user_agent.substr(0, user_agent.find(' ')));
}

std::int64_t micros(base::Steady::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

/// Notes when the first bytes of a body are there.
class Exchange::Timed final : public net::BodySource {
 public:
  Timed(std::unique_ptr<net::BodySource> inner, std::shared_ptr<State> state)
      : inner_(std::move(inner)), state_(std::move(state)) {}
  base::Result<std::size_t> read(std::span<std::byte> data) override {
    auto got = inner_->read(data);
    if (got.ok() && !state_->first_byte) {
      state_->first_byte = base::Steady::now();
    }
    if (!got.ok() && state_->event.detail.empty()) {
      state_->event.detail = got.error().message;
    }
    return got;
  }

 private:
  std::unique_ptr<net::BodySource> inner_;
  std::shared_ptr<State> state_;
};

Exchange::Exchange(const net::ServerRequest& request, Target target, std::string job,
                   stats::Recorder& recorder, base::Metrics& metrics, const base::Clock& clock)
    : target_(std::move(target)),
      answer_by_(base::Deadline::after(kAnswerWithin)),
      range_(request.headers.joined("Range")),
      state_(std::make_shared<State>()),
      recorder_(recorder),
      metrics_(metrics),
      clock_(clock) {
  state_->start = base::Steady::now();
  auto& event = state_->event;
  event.job_id = std::move(job);
  event.at = base::unix_micros(clock_.wall());
  event.kind = kind_of(target_.resource);
  event.registry = target_.registry;
  event.repository = target_.repository;
  event.reference = target_.reference;
  const bool names_content =
      target_.resource == Resource::Manifest || target_.resource == Resource::Blob;
  event.digest = names_content && target_.digest ? target_.digest->str() : "";
  event.method = request.method;
  event.client = product_of(request.headers.get("User-Agent").value_or(""));
}

base::Wall::time_point Exchange::began() const {
  return base::from_unix_micros(event().at);
}

void Exchange::if_broken(std::function<std::optional<stats::Reason>()> reason) {
  state_->reason_if_broken = std::move(reason);
}

void Exchange::after_recorded(std::function<void(std::int64_t)> action) {
  state_->after.push_back(std::move(action));
}

net::ServerResponse Exchange::finish(net::ServerResponse response) {
  auto& event = state_->event;
  event.status = response.status;
  response.headers.add("X-Ecrelay-Outcome", std::string(stats::word(event.outcome)));
  if (event.origin) {
    response.headers.add("X-Ecrelay-Origin", std::string(stats::word(*event.origin)));
  }
  if (!event.digest.empty() && response.status < 400) {
    response.headers.add("Docker-Content-Digest", event.digest);
  }
  response.headers.add("Docker-Distribution-Api-Version", "registry/2.0");
  response.on_sent = [state = state_, &recorder = recorder_, &metrics = metrics_](
                         std::uint64_t bytes, net::BodyEnd end) {
    auto& done = state->event;
    const auto now = base::Steady::now();
    done.bytes_served = done.status < 400 ? bytes : 0;  // an error's text is no image
    done.duration_us = micros(now - state->start);
    done.first_byte_us = micros(state->first_byte.value_or(now) - state->start);
    if (end == net::BodyEnd::SourceFailed) {
      done.outcome = stats::Outcome::Error;
      done.reason = state->reason_if_broken ? state->reason_if_broken() : std::nullopt;
    } else if (end == net::BodyEnd::ClientLeft) {
      done.reason = stats::Reason::ClientLeft;
    }
    metrics.add(base::Metric::Requests, 1, {stats::word(done.kind), stats::word(done.outcome)});
    metrics.add(base::Metric::ServedBytes, static_cast<std::int64_t>(done.bytes_served));
    const auto id = recorder.record(done);
    for (const auto& action : state->after) {
      action(id);
    }
  };
  return response;
}

net::ServerResponse Exchange::respond(int status, const std::string& type, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.body = std::move(body);
  return finish(std::move(response));
}

net::ServerResponse Exchange::respond_blob(std::unique_ptr<store::BlobReader> reader) {
  const auto size = reader->size();
  return respond_blob(size, [&](std::uint64_t offset, std::uint64_t) {
    return std::make_unique<ReaderSource>(std::move(reader), offset);
  });
}

net::ServerResponse Exchange::respond_blob(std::uint64_t size, const MakeSource& make_source) {
  const auto range = net::choose_range(range_, size);
  net::ServerResponse response;
  response.status = range.status();
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Content-Type", kOctetStream);
  if (range.kind != net::ByteRange::Kind::Whole) {
    response.headers.add("Content-Range", range.content_range(size));
  }
  if (range.kind == net::ByteRange::Kind::Unsatisfiable) {
    event().outcome = stats::Outcome::Error;
    event().reason = stats::Reason::BadRequest;
    event().detail = "the range '" + base::printable(range_) + "' lies past the blob's end";
    return finish(std::move(response));
  }
  response.source_length = range.length;
  if (range.length > 0) {
    response.source = std::make_unique<Timed>(make_source(range.offset, range.length), state_);
  }
  return finish(std::move(response));
}

net::ServerResponse Exchange::respond_size(std::uint64_t size) {
  net::ServerResponse response;
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Content-Type", kOctetStream);
  // Never read: a HEAD has no body.
  class NoBody final : public net::BodySource {
    base::Result<std::size_t> read(std::span<std::byte> /*data*/) override { return 0; }
  };
  response.source = std::make_unique<NoBody>();
  response.source_length = size;
  return finish(std::move(response));
}

net::ServerResponse Exchange::respond_error(int status, std::string_view code,
                                            const std::string& message) {
  return respond(status, "application/json", oci::error_body(code, message));
}

net::ServerResponse Exchange::decline(stats::Outcome outcome, stats::Reason reason,
                                      const std::string& detail) {
  event().outcome = outcome;
  event().reason = reason;
  event().origin.reset();
  event().detail = detail;
  const bool blob = target_.resource == Resource::Blob;
  return respond_error(404, blob ? "BLOB_UNKNOWN" : "MANIFEST_UNKNOWN",
                       detail.empty() ? std::string(stats::word(reason)) : detail);
}

}  // namespace ecrelay::proxy
