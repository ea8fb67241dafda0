#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "support/ecr_double/image.hpp"

namespace ecrelay::ecr_double {

/// When something came, or will come, into ECR.
struct Arrival {
  base::Steady::time_point at;    ///< there from then on
  base::Wall::time_point pushed;  ///< imagePushedAt
};

struct StoredManifest {
  std::string digest;
  Manifest manifest;
  Arrival arrival;
};

struct StoredBlob {
  Content content;
  Arrival arrival;
};

struct StoredTag {
  std::string digest;
  Arrival arrival;
  base::Steady::time_point validated;  ///< last compared with the upstream registry
};

/// The repositories of the account's registry. An import is entered at once, with the times at
/// which its parts will be there: whoever asked may leave, the import ends all the same.
/// Thread-safe.
class EcrStore {
 public:
  [[nodiscard]] bool has_repository(const std::string& repository) const;
  [[nodiscard]] std::optional<StoredTag> tag(const std::string& repository,
                                             const std::string& tag) const;
  /// Both also before they are there: the caller compares `arrival`.
  [[nodiscard]] std::optional<StoredManifest> manifest(const std::string& repository,
                                                       const std::string& digest) const;
  [[nodiscard]] std::optional<StoredBlob> blob(const std::string& repository,
                                               const std::string& digest) const;
  [[nodiscard]] std::vector<std::string> tags(const std::string& repository) const;
  [[nodiscard]] std::vector<StoredManifest> manifests(const std::string& repository) const;

  /// The root at `root`, all that it leads to at `rest`. What was there before keeps its times. An
  /// empty tag adds the content alone.
  void add(const std::string& repository, const std::string& tag, const Image& image,
           const Arrival& root, const Arrival& rest);
  void mark_validated(const std::string& repository, const std::string& tag,
                      base::Steady::time_point when);
  void clear();

 private:
  struct Repository {
    std::map<std::string, StoredTag> tags;
    std::map<std::string, StoredManifest> manifests;
    std::map<std::string, StoredBlob> blobs;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Repository> repositories_;
};

}  // namespace ecrelay::ecr_double
