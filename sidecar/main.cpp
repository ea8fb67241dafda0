#include "app/cli.hpp"

int main(int argc, char** argv) {
  return ecrelay::app::run_cli(argc, argv);
}
