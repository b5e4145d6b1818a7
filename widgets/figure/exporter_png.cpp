// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QtCore/QBuffer>
#include <QtCore/QtEndian>
#include <QtGui/QImageWriter>

#include "widgets/figure/exporter.h"
#include "widgets/figure/manifest.h"
#include "widgets/figure/scenepainter.h"

namespace secateur::widgets {
namespace {

/// Signature, and the IHDR chunk, which must come first.
constexpr qsizetype endOfHeader = 8 + 25;

/// Of PNG's specification, annex D.
quint32 crc32(const QByteArray &bytes)
{
    quint32 crc = 0xffffffffU;
    for (const char byte : bytes) {
        crc ^= quint8(byte);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) ? 0xedb88320U : 0U);
    }
    return ~crc;
}

QByteArray bigEndian(quint32 value)
{
    QByteArray bytes(4, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

/// The manifest as an international text, not compressed, so that `strings` shows it. QImage::setText() would take a
/// compressed Latin-1 chunk or this one, depending on the letters.
QByteArray textChunk(const std::string &manifest)
{
    QByteArray content = QByteArray("iTXt") + manifestKey;
    content += QByteArray(5, '\0'); // end of the key, not compressed, no method, no language, no translated key
    content += QByteArray::fromStdString(manifest);
    return bigEndian(quint32(content.size() - 4)) + content + bigEndian(crc32(content));
}

} // namespace

Result<QByteArray> pngBytes(const FigureScene &scene, double dpi, const std::string &manifest)
{
    constexpr double mostPixels = 4e8;
    if (scene.widthMm * scene.heightMm * (dpi / 25.4) * (dpi / 25.4) > mostPixels)
        return failure(ErrorCode::InvalidArgument,
                       "the image would have more than 400 million pixels; take a smaller resolution");
    QImage image = renderScene(scene, dpi);
    if (image.isNull())
        return failure(ErrorCode::OutOfMemory, "not enough memory for an image of the figure");
    image.setDotsPerMeterX(int(std::lround(dpi / 0.0254)));
    image.setDotsPerMeterY(int(std::lround(dpi / 0.0254)));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "png");
    if (!writer.write(image))
        return failure(ErrorCode::Internal, "the PNG file could not be made: " + writer.errorString().toStdString());
    bytes.insert(endOfHeader, textChunk(manifest));
    return bytes;
}

} // namespace secateur::widgets
