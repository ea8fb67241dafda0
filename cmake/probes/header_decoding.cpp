// Exits 0 if this cpp-httplib percent-decodes the values of header fields (as 0.11.4 does to all,
// later versions to none that matter), 1 if it leaves them as they came.
#include <httplib.h>

#include <thread>

int main() {
  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    response.set_header("Location", "/next?sig=a%2Bb");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  while (!server.is_running()) {
    std::this_thread::yield();
  }
  httplib::Client client("127.0.0.1", port);
  const auto result = client.Get("/");
  const bool decodes = result && result->get_header_value("Location") == "/next?sig=a+b";
  const bool raw = result && result->get_header_value("Location") == "/next?sig=a%2Bb";
  server.stop();
  serving.join();
  return decodes ? 0 : raw ? 1 : 2;
}
