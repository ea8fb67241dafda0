#include "app/resolved_reference.hpp"

#include "base/strings.hpp"
#include "oci/reference.hpp"
#include "stats/text_table.hpp"

namespace ecrelay::app {
namespace {

using stats::Align;
using stats::Json;

Json rule_json(const std::optional<proxy::MappedName>& mapped) {
  if (!mapped) {
    return {};
  }
  const auto& rule = mapped->rule;
  const auto upstream =
      rule.upstream + (rule.upstream_prefix.empty() ? "" : "/" + rule.upstream_prefix);
  return Json::object(
      {{"upstream", upstream}, {"prefix", rule.prefix.empty() ? "ROOT" : rule.prefix}});
}

std::string text_of(const Json& json) {
  return json.as_string().value_or("-");
}

std::string places_of(const Json& json) {
  std::vector<std::string> places;
  for (const auto& place : json.get("places").items()) {
    places.push_back(text_of(place));
  }
  return places.empty() ? "declined" : base::join(places, ", then ");
}

}  // namespace

base::Result<Json> resolved_json(Relay& relay, const std::string& reference) {
  const auto parsed = oci::ImageReference::parse(reference);
  if (!parsed.ok()) {
    return parsed.error().within("'" + base::printable(reference) + "'");
  }
  const auto resolved =
      relay.resolve(parsed->registry, parsed->repository, parsed->tag, parsed->digest);
  Json places = Json::array();
  for (const auto& place : resolved.places) {
    places.push(place);
  }
  return Json::object({{"reference", reference},
                       {"registry", parsed->registry},
                       {"repository", parsed->repository},
                       {"tag", Json::text_or_null(parsed->tag)},
                       {"digest", resolved.digest ? Json(resolved.digest->str()) : Json()},
                       {"rule", rule_json(resolved.mapped)},
                       {"ecr_reference", Json::text_or_null(resolved.ecr_reference)},
                       {"in_store", resolved.in_store},
                       {"places", places}});
}

std::string resolved_table(const Json& resolved) {
  stats::TextTable table({Align::Left, Align::Left, Align::Left, Align::Left, Align::Left});
  table.add({"REFERENCE", "ECR REFERENCE", "ASKED", "IN STORE", "DIGEST"});
  for (const auto& row : resolved.items()) {
    table.add({text_of(row.get("reference")), text_of(row.get("ecr_reference")), places_of(row),
               row.get("in_store").as_bool().value_or(false) ? "yes" : "no",
               text_of(row.get("digest"))});
  }
  return table.str();
}

}  // namespace ecrelay::app
