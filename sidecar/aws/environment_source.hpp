#pragma once

#include <string_view>

#include "aws/credentials.hpp"
#include "base/environment.hpp"

namespace ecrelay::aws {

/// Keys in environment variables, read as botocore reads them. Configured by either key alone, so
/// that a half-set pair is an error and not passed over.
class EnvironmentSource final : public CredentialSource {
 public:
  explicit EnvironmentSource(base::Environment environment);

  [[nodiscard]] std::string_view name() const override { return "environment"; }
  [[nodiscard]] std::string_view looked_for() const override {
    return "AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY";
  }
  [[nodiscard]] bool configured() const override;
  base::Result<Credentials> fetch() override;

 private:
  const base::Environment environment_;
};

}  // namespace ecrelay::aws
