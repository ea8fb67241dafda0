#include "proxy/manifest_source.hpp"

#include <chrono>
#include <utility>

#include "base/log.hpp"
#include "oci/manifest.hpp"
#include "proxy/manifest_walk.hpp"

namespace ecrelay::proxy {
namespace {

// ECR imports what an index names behind its answer's back: so long a 404 may mean "not yet".
constexpr auto kLateChildWindow = std::chrono::seconds(60);

stats::ImageContent content_of(const base::Digest& digest, const oci::ParsedManifest& parsed) {
  stats::ImageContent content;
  content.manifest = digest.str();
  for (const auto& child : parsed.children) {
    content.children.push_back(child.digest.str());
  }
  if (parsed.config) {
    content.blobs.push_back(
        {parsed.config->digest.str(), parsed.config->size.value_or(0), stats::BlobRole::Config});
  }
  for (const auto& layer : parsed.layers) {
    content.blobs.push_back({layer.digest.str(), layer.size.value_or(0), stats::BlobRole::Layer});
  }
  return content;
}

}  // namespace

struct ManifestSource::Asking {
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<ManifestAnswer> answer;
};

ManifestSource::ManifestSource(store::Store& store, stats::Recorder& recorder,
                               base::WorkerPool& workers, base::Metrics& metrics,
                               const base::Clock& clock)
    : store_(store), recorder_(recorder), workers_(workers), metrics_(metrics), clock_(clock) {}

ManifestSource::~ManifestSource() {
  request_stop();
}

void ManifestSource::request_stop() {
  stop_.request_stop();
}

ManifestAnswer ManifestSource::ask(const Wanted& wanted) {
  const auto key =
      wanted.repository.registry + "/" + wanted.repository.repository + "@" + wanted.reference;
  std::shared_ptr<Asking> asking;
  bool began = false;
  {
    const std::lock_guard lock(mutex_);
    auto& under_way = under_way_[key];
    began = under_way == nullptr;
    if (began) {
      under_way = std::make_shared<Asking>();
    }
    asking = under_way;
  }
  if (began) {
    // Also where run() throws: a name that stays under way would never be asked for again.
    const std::shared_ptr<void> ended(nullptr, [&](void*) {
      const std::lock_guard lock(mutex_);
      under_way_.erase(key);
    });
    run(wanted, asking);
  }
  std::unique_lock lock(asking->mutex);
  if (!asking->changed.wait_until(lock, wanted.answer_by.when(),
                                  [&] { return asking->answer.has_value(); })) {
    return {std::nullopt, FetchFailure{{upstream::FailureKind::TimedOut, 0, "no answer in time"}},
            "", true};
  }
  auto answer = *asking->answer;
  answer.joined = !began;
  return answer;
}

bool ManifestSource::served_by_ecr_lately(const base::Digest& manifest) {
  const std::lock_guard lock(mutex_);
  const auto found = served_by_ecr_.find(manifest);
  return found != served_by_ecr_.end() && base::Steady::now() - found->second <= kLateChildWindow;
}

void ManifestSource::run(const Wanted& wanted, const std::shared_ptr<Asking>& asking) {
  const auto asked_at = clock_.wall();
  ManifestWalk walk(
      wanted, store_.names(), workers_,
      [this, wanted, asked_at](const upstream::Manifest& manifest) {
        return keep(wanted, manifest, asked_at);
      },
      stop_.get_token());
  auto answer = walk.run();
  if (answer.fetched) {
    if (answer.fetched->place.origin == stats::Origin::Ecr) {
      const std::lock_guard lock(mutex_);
      std::erase_if(served_by_ecr_, [](const auto& entry) {
        return base::Steady::now() - entry.second > kLateChildWindow;
      });
      served_by_ecr_[answer.fetched->manifest.digest] = base::Steady::now();
    }
    metrics_.add(base::Metric::FetchedBytes,
                 static_cast<std::int64_t>(answer.fetched->manifest.bytes.size()),
                 {stats::word(answer.fetched->place.origin)});
  }
  const std::lock_guard lock(asking->mutex);
  asking->answer = std::move(answer);
  asking->changed.notify_all();
}

bool ManifestSource::keep(const Wanted& wanted, const upstream::Manifest& manifest,
                          base::Wall::time_point asked_at) {
  const auto parsed = oci::parse_manifest(manifest.bytes, manifest.media_type);
  const auto put = store_.put(manifest.digest, manifest.bytes, wanted.job);
  if (!put.ok()) {
    base::log_debug("a manifest is served unstored", {{"why", put.error().message}});
  }
  auto& names = store_.names();
  names.allow(wanted.repository, manifest.digest,
              {store::ContentKind::Manifest, manifest.media_type, manifest.bytes.size(), {}});
  if (parsed.ok()) {
    const auto allow = [&](const oci::Descriptor& descriptor, store::ContentKind kind) {
      names.allow(wanted.repository, descriptor.digest,
                  {kind, descriptor.media_type, descriptor.size.value_or(0), manifest.digest});
    };
    for (const auto& child : parsed->children) {
      allow(child, store::ContentKind::Manifest);
    }
    if (parsed->config) {
      allow(*parsed->config, store::ContentKind::Blob);
    }
    for (const auto& layer : parsed->layers) {
      allow(layer, store::ContentKind::Blob);
    }
    recorder_.note_image(content_of(manifest.digest, *parsed));
  }
  if (!wanted.digest) {
    names.set_tag(wanted.repository, wanted.reference, {manifest.digest, asked_at});
  }
  return put.ok();
}

}  // namespace ecrelay::proxy
