// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <memory>

#include <QImage>

#include "tests/bench/benchtools.h"
#include "tests/support/tinymodel.h"
#include "widgets/plots/maskrenderer.h"

using namespace secateur;
using namespace secateur::widgets;

/// A frame of 1200 x 800 of a pair of masks of 4096 x 11008, against filling an image of that size with one colour.
/// The frames pan while zooming from the whole matrix to 16 pixels per cell.
namespace {

constexpr std::size_t rows = 4096;
constexpr std::size_t cols = 11008;
constexpr int steps = 64;
const QSize frameSize(1200, 800);

mask::BitMatrix randomBits(std::uint64_t seed)
{
    test::TinyRandom random(seed);
    mask::BitMatrix bits(rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        for (std::uint64_t &word : bits.row(row))
            word = random.next(); // 11008 is a multiple of 64: no padding to keep clear
    return bits;
}

struct Pair {
    std::shared_ptr<const MaskData> a = std::make_shared<const MaskData>(randomBits(1));
    std::shared_ptr<const MaskData> b = std::make_shared<const MaskData>(randomBits(2));
    std::shared_ptr<const MaskDifference> difference = MaskDifference::make(a, b).value();
};

const Pair &pair()
{
    static const Pair made;
    return made;
}

CellWindow windowAt(int step)
{
    const double share = double(step % steps) / steps;
    const double scale = 1200.0 / double(cols) * std::pow(16.0 * double(cols) / 1200.0, share);
    return {0.3 * share * double(cols), 0.3 * share * double(rows), scale, frameSize};
}

template <typename Draw>
void againstFill(benchmark::State &state, const Draw &draw)
{
    const MaskPalette palette = MaskPalette::light();
    QImage image(frameSize, QImage::Format_RGB32);
    int step = 0;
    bench::compare(
        state,
        [&] {
            image.fill(palette.kept);
            benchmark::DoNotOptimize(image.constBits());
        },
        [&] {
            const QImage frame = draw(windowAt(step++), palette);
            benchmark::DoNotOptimize(frame.constBits());
        },
        51);
}

void maskMoving(benchmark::State &state)
{
    againstFill(state, [](const CellWindow &window, const MaskPalette &palette) {
        return drawMask(*pair().a, window, palette, MaskQuality::Moving);
    });
}

void differenceMoving(benchmark::State &state)
{
    againstFill(state, [](const CellWindow &window, const MaskPalette &palette) {
        return drawDifference(*pair().difference, window, palette, MaskQuality::Moving);
    });
}

void maskSettled(benchmark::State &state)
{
    againstFill(state, [](const CellWindow &window, const MaskPalette &palette) {
        return drawMask(*pair().a, window, palette, MaskQuality::Settled);
    });
}

void differenceSettled(benchmark::State &state)
{
    againstFill(state, [](const CellWindow &window, const MaskPalette &palette) {
        return drawDifference(*pair().difference, window, palette, MaskQuality::Settled);
    });
}

/// What it takes to look at a pair at all: densities and margins of both and of their difference.
void preparePair(benchmark::State &state)
{
    QImage image(frameSize, QImage::Format_RGB32);
    const mask::BitMatrix bitsA = pair().a->bits();
    const mask::BitMatrix bitsB = pair().b->bits();
    bench::compare(
        state, [&] { image.fill(Qt::black); },
        [&] {
            const auto a = std::make_shared<const MaskData>(bitsA);
            const auto b = std::make_shared<const MaskData>(bitsB);
            const auto difference = MaskDifference::make(a, b);
            benchmark::DoNotOptimize(difference);
        },
        51);
}

} // namespace

BENCHMARK(maskMoving)->UseManualTime()->Iterations(4 * steps)->Unit(benchmark::kMillisecond);
BENCHMARK(differenceMoving)->UseManualTime()->Iterations(4 * steps)->Unit(benchmark::kMillisecond);
BENCHMARK(maskSettled)->UseManualTime()->Iterations(steps)->Unit(benchmark::kMillisecond);
BENCHMARK(differenceSettled)->UseManualTime()->Iterations(steps)->Unit(benchmark::kMillisecond);
BENCHMARK(preparePair)->UseManualTime()->Unit(benchmark::kMillisecond);
