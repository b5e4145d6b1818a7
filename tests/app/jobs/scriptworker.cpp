// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/jobs/scriptworker.h"

#include "core/base/file.h"
#include "tests/support/testsupport.h"

namespace secateur::test {
namespace {

constexpr const char *script = R"(
folder=$(dirname "$0")
echo "$*" >> "$folder/starts"
progress() {
  echo "{\"stage\":\"prune\",\"done\":$1,\"total\":4,\"unit\":\"layers\",\"elapsed\":1.5,\"eta\":3.0,\"tokens_per_second\":1200.5}" >&2
}
what=$1
if [ "$1" = prune ]; then for what in "$@"; do :; done; fi
case "$what" in
done) progress 1; progress 4; echo '{"notice":"asked for 128 samples, 90 are there"}' >&2; echo '{"run":"x"}' ;;
generate)
  echo '{"run":"dense","text":" roses"}' >&2
  if [ -e "$folder/answer.json" ]; then cat "$folder/answer.json"; exit 0; fi
  trap 'kill $!; exit 130' TERM; progress 2; sleep 600 & wait ;;
fail) echo '{"error":{"code":"bad-input","detail":"data.jsonl, line 7: not JSON"}}' >&2; exit 3 ;;
silent) exit 5 ;;
wait|demo) trap 'kill $!; exit 130' TERM; progress 2; sleep 600 & wait ;;
deaf) trap '' TERM; progress 2; while :; do sleep 600; done ;;
killed) progress 3; kill -9 $$ ;;
noise) i=0; while [ $i -lt 300 ]; do echo "library warning $i" >&2; i=$((i+1)); done; printf 'no line end' >&2; exit 1 ;;
environment) env ;;
esac
)";

} // namespace

app::Worker scriptWorker(const std::filesystem::path &folder)
{
    app::Worker worker;
    worker.program = QStringLiteral("/bin/sh");
    worker.before = {QString::fromStdString(writeFile(folder / "worker.sh", script).string())};
    worker.environment = app::workerEnvironment();
    worker.graceMs = 5000;
    return worker;
}

QStringList startsOf(const std::filesystem::path &folder)
{
    const auto text = readTextFile(folder / "starts", 1 << 20);
    return text ? QString::fromStdString(*text).split(u'\n', Qt::SkipEmptyParts) : QStringList();
}

} // namespace secateur::test
