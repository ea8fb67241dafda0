#pragma once

#include <string>
#include <string_view>

namespace ecrelay::oci {

/// The first entry of a registry's error body (OCI distribution spec, "Error Codes"). Both fields
/// are foreign text made printable.
struct ErrorEntry {
  std::string code;     ///< "MANIFEST_UNKNOWN"; empty where the body is not the spec's JSON
  std::string message;  ///< else the body's text

  /// "CODE: message", or what there is of it.
  [[nodiscard]] std::string str() const;
};

/// `{"errors":[{"code":..,"message":..,"detail":..}]}`; `detail` is null where empty.
std::string error_body(std::string_view code, std::string_view message,
                       std::string_view detail = "");

/// Reads foreign bytes of any kind: ECR answers some errors as plain text, S3 as XML.
ErrorEntry parse_error_body(std::string_view bytes);

}  // namespace ecrelay::oci
